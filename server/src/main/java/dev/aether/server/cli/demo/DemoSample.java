package dev.aether.server.cli.demo;

import java.io.InputStream;
import java.util.Optional;

/** The real events that the jar carries; {@code receipt-sample.txt} beside them says whose. */
final class DemoSample {
  static final int EVENTS = 398;
  static final int ACTORS = 54;

  /** A case of the sample on which two clerks are about to work. */
  static final String ACTOR = "permit-case-891";

  private static final String RESOURCE = "receipt-sample.jsonl.gz";

  private DemoSample() {}

  static InputStream open() {
    return Optional.ofNullable(DemoSample.class.getResourceAsStream(RESOURCE))
        .orElseThrow(() -> new IllegalStateException(RESOURCE + " is not in the jar"));
  }
}
