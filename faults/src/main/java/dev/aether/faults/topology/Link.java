package dev.aether.faults.topology;

import dev.aether.testkit.internal.TcpForwarder;
import java.util.List;

/** The connections from one side to another, which can be cut. */
public record Link(String name, List<TcpForwarder> forwarders) {
  /** Cuts all connections and refuses new ones. */
  public void cut() {
    forwarders.forEach(TcpForwarder::refuse);
  }

  /** Accepts connections again. */
  public void mend() {
    forwarders.forEach(TcpForwarder::accept);
  }
}
