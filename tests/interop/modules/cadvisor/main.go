// cAdvisor's own libraries behind its own exporter, as cmd/cadvisor.go of its repository puts them together: the module of
// that command is not published. All of cAdvisor's flags are there but for those of what is left out: its web pages, its
// storage drivers and the metrics of applications.
//
// One thing is otherwise: what is asked for is read then, not up to a minute before, so that it can be compared.
package main

import (
	"flag"
	"log"
	"net/http"
	"sync"
	"time"

	"github.com/google/cadvisor/lib/cache/memory"
	"github.com/google/cadvisor/lib/container"
	"github.com/google/cadvisor/lib/manager"
	"github.com/google/cadvisor/lib/metrics"
	"github.com/google/cadvisor/lib/model"
	"github.com/google/cadvisor/lib/utils/sysfs"
	"github.com/google/cadvisor/utils/oomparser"
	"github.com/prometheus/client_golang/prometheus"
	"github.com/prometheus/client_golang/prometheus/promhttp"
	"k8s.io/utils/clock"

	_ "github.com/google/cadvisor/container/docker/install"
	_ "github.com/google/cadvisor/fs/devicemapper/install"
	_ "github.com/google/cadvisor/lib/container/systemd/install"
	_ "github.com/google/cadvisor/lib/fs/btrfs/install"
	_ "github.com/google/cadvisor/lib/fs/nfs/install"
	_ "github.com/google/cadvisor/lib/fs/overlay/install"
	_ "github.com/google/cadvisor/lib/fs/tmpfs/install"
	_ "github.com/google/cadvisor/lib/fs/vfs/install"
	_ "github.com/google/cadvisor/lib/fs/zfs/install"
)

// counted adds the OOM kills of the kernel's log, which the command counts and the library does not.
type counted struct {
	manager.Manager
	lock  sync.Mutex
	kills map[string]uint64 // by cgroup
}

func (c *counted) GetRequestedContainersInfo(name string, options model.RequestOptions) (map[string]*model.ContainerInfo, error) {
	infos, err := c.Manager.GetRequestedContainersInfo(name, options)
	c.lock.Lock()
	defer c.lock.Unlock()
	for _, info := range infos {
		for _, stats := range info.Stats {
			stats.OOMEvents = c.kills[info.Name]
		}
	}
	return infos, err
}

func (c *counted) watch() {
	parser, err := oomparser.New()
	if err != nil {
		log.Printf("OOM kills are not counted: %v", err)
		return
	}
	kills := make(chan *oomparser.OomInstance, 10)
	go parser.StreamOoms(kills)
	for kill := range kills {
		c.lock.Lock()
		c.kills[kill.ContainerName]++
		c.lock.Unlock()
	}
}

func main() {
	listen := flag.String("listen", "127.0.0.1:8080", "where /metrics is served")
	off := container.MetricSet{
		container.MemoryNumaMetrics: {}, container.NetworkTcpUsageMetrics: {}, container.NetworkUdpUsageMetrics: {},
		container.NetworkAdvancedTcpUsageMetrics: {}, container.ProcessSchedulerMetrics: {}, container.ProcessMetrics: {},
		container.HugetlbUsageMetrics: {}, container.ReferencedMemoryMetrics: {}, container.CPUTopologyMetrics: {},
		container.ResctrlMetrics: {}, container.CPUSetMetrics: {},
	}
	flag.Var(&off, "disable_metrics", "the kinds that are off")
	flag.Parse()
	wanted := container.AllMetrics.Difference(off)

	plain, err := manager.New(memory.New(2*time.Minute, nil), sysfs.NewRealSysFs(), manager.HousekeepingConfigFlags, wanted,
		[]string{""}, []string{""}, "", 0)
	if err != nil {
		log.Fatal(err)
	}
	if err := plain.Start(); err != nil {
		log.Fatal(err)
	}
	watched := &counted{Manager: plain, kills: map[string]uint64{}}
	go watched.watch()

	now := time.Duration(0)
	options := model.RequestOptions{IdType: model.TypeName, Count: 1, Recursive: true, MaxAge: &now}
	registry := prometheus.NewRegistry()
	registry.MustRegister(
		metrics.NewPrometheusCollector(watched, metrics.DefaultContainerLabels, wanted, clock.RealClock{}, options),
		metrics.NewPrometheusMachineCollector(watched, wanted))
	http.Handle("/metrics", promhttp.HandlerFor(registry, promhttp.HandlerOpts{ErrorHandling: promhttp.ContinueOnError}))
	log.Fatal(http.ListenAndServe(*listen, nil))
}
