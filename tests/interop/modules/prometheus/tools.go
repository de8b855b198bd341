//go:build tools

// Package interop pins the Prometheus that scripts/interop runs the agent against; nothing of it is part of the agent.
package interop

import _ "github.com/prometheus/prometheus/cmd/prometheus"
