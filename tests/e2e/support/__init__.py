"""What the end-to-end tests stand on: a real engine, a receiver that remembers, the agent between them, and the rules
that must hold for everything the agent ever sends."""
