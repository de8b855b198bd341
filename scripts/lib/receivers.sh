# The programs that the agent is run with: fetched and built once, in build/interop. Sourced after common.sh.
# shellcheck shell=bash

receivers=$ROOT/build/interop

# took NAME BEGIN: says how long a build took that began at BEGIN, if it took long enough to be noticed.
took() { [ $((SECONDS - $2)) -lt 5 ] || say "built $1 in $((SECONDS - $2)) s"; }

need_go() {
  command -v go >/dev/null ||
    die "Go $(awk '$1 == "go" { print $2 }' "$ROOT/tests/interop/modules/$1/go.mod") or newer is needed to build $1"
}

# version_of FOLDER MODULE: the version that the folder's go.mod pins.
version_of() { go -C "$ROOT/tests/interop/modules/$1" list -m -f '{{.Version}}' "$2"; }

# google_python: sets $google_python, a Python with Google's libraries in the versions of requirements.txt.
google_python() {
  local wanted=$ROOT/tests/interop/requirements.txt begin=$SECONDS
  # shellcheck disable=SC2034 # the caller uses it
  google_python=$receivers/google/bin/python
  ! cmp -s "$wanted" "$receivers/google/requirements.txt" || return 0
  if [ "$(id -u)" = 0 ]; then "$ROOT/scripts/setup" interop || true; fi
  say "installing Google's libraries for Python in build/interop/google"
  rm -rf "$receivers/google"
  # The machine's own Python: there are built packages for it.
  run /usr/bin/python3 -m venv "$receivers/google" || die "there is no venv for Python (scripts/setup interop)"
  run "$receivers/google/bin/pip" install --disable-pip-version-check --only-binary :all: --requirement "$wanted" ||
    die "Google's libraries for Python cannot be installed; the lines above say why"
  cp "$wanted" "$receivers/google/requirements.txt"
  took "the environment for Python" "$begin"
}

# build_prometheus: sets $prometheus and $prometheus_version. Go builds only what has changed, here and below.
#
# It is built in a copy of its own sources, with the versions that its makers chose, but without the discovery of targets
# in clouds and clusters: nothing here is scraped, and it is a third of the packages and most of the time.
build_prometheus() {
  local begin=$SECONDS module=$ROOT/tests/interop/modules/prometheus name=github.com/prometheus/prometheus sources
  need_go prometheus
  prometheus=$receivers/prometheus
  # As a module 3.7.3 is called v0.307.3.
  prometheus_version=$(version_of prometheus $name | sed -E 's/^v0\.([0-9])0?([0-9]+)\.(.*)$/\1.\2.\3/')
  [ -e "$prometheus" ] || say "building Prometheus $prometheus_version, which may take some minutes"
  sources=$receivers/prometheus-$prometheus_version.build
  if [ ! -d "$sources" ]; then
    go -C "$module" mod download $name || die "the sources of Prometheus $prometheus_version cannot be downloaded"
    rm -rf "$sources.new"
    mkdir -p "$receivers"
    cp -R "$(go -C "$module" list -m -f '{{.Dir}}' $name)" "$sources.new"
    # Go's cache of modules is read-only.
    chmod -R u+w "$sources.new"
    rm "$sources.new/plugins/plugins.go"
    mv "$sources.new" "$sources"
  fi
  go -C "$sources" build -ldflags "-s -w -X github.com/prometheus/common/version.Version=$prometheus_version" \
    -o "$prometheus" ./cmd/prometheus || die "Prometheus $prometheus_version cannot be built"
  took "Prometheus $prometheus_version" "$begin"
}

# build_otelcol: sets $otelcol and $otelcol_version; the Collector's own builder writes the sources.
build_otelcol() {
  local begin=$SECONDS module=$ROOT/tests/interop/modules/otelcol sources=$receivers/otelcol.build log
  need_go otelcol
  otelcol=$receivers/otelcol
  otelcol_version=$(version_of otelcol go.opentelemetry.io/collector/otelcol)
  [ -e "$otelcol" ] || say "building the OpenTelemetry Collector $otelcol_version, which may take some minutes"
  mkdir -p "$receivers"
  go -C "$module" build -o "$receivers/builder" go.opentelemetry.io/collector/cmd/builder ||
    die "the Collector's builder cannot be built"
  # The builder's own go.mod would take the newest of all other versions.
  log=$(cd "$receivers" && ./builder --config "$module/builder.yaml" --skip-get-modules --skip-compilation 2>&1) ||
    die "the Collector's builder failed: $log"
  cp "$module/go.mod" "$module/go.sum" "$sources"
  go -C "$sources" build -trimpath -ldflags '-s -w' -o "$otelcol" . || die "the Collector $otelcol_version cannot be built"
  took "the OpenTelemetry Collector $otelcol_version" "$begin"
}

# build_cadvisor: sets $cadvisor and $cadvisor_version: cAdvisor's libraries in a command of our own.
build_cadvisor() {
  local begin=$SECONDS
  need_go cadvisor
  cadvisor=$receivers/cadvisor
  cadvisor_version=$(version_of cadvisor github.com/google/cadvisor)
  [ -e "$cadvisor" ] || say "building cAdvisor $cadvisor_version, which may take a minute"
  CGO_ENABLED=0 go -C "$ROOT/tests/interop/modules/cadvisor" build -trimpath -ldflags '-s -w' -o "$cadvisor" . ||
    die "cAdvisor $cadvisor_version cannot be built"
  took "cAdvisor $cadvisor_version" "$begin"
}
