package dev.aether.server.cli;

import org.slf4j.bridge.SLF4JBridgeHandler;

/** Entry point of the jar. */
public final class Main {
  /**
   * Netty samples its buffers and records stack traces to detect leaks. All buffers are gRPC's own,
   * and the sampling costs two percent of a save.
   */
  private static final String LEAK_DETECTION = "io.grpc.netty.shaded.io.netty.leakDetection.level";

  private Main() {}

  /** Runs the command line. */
  public static void main(String[] args) {
    if (System.getProperty(LEAK_DETECTION) == null) {
      System.setProperty(LEAK_DETECTION, "disabled");
    }
    SLF4JBridgeHandler.removeHandlersForRootLogger();
    SLF4JBridgeHandler.install();
    System.exit(CommandLines.run(args));
  }
}
