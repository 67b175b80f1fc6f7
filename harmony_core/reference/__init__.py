"""What imitates Rust and serde, for errors and rendered text equal to the reference's."""
