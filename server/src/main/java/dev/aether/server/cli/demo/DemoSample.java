package dev.aether.server.cli.demo;

import java.io.InputStream;
import java.util.Optional;

/** The real events in the jar. {@code receipt-sample.txt} next to them names their source. */
final class DemoSample {
  static final int EVENTS = 398;
  static final int ACTORS = 54;

  /** The permit case of the sample that the two clerks work on. */
  static final String ACTOR = "permit-case-891";

  private static final String RESOURCE = "receipt-sample.jsonl.gz";

  private DemoSample() {}

  static InputStream open() {
    return Optional.ofNullable(DemoSample.class.getResourceAsStream(RESOURCE))
        .orElseThrow(() -> new IllegalStateException(RESOURCE + " is not in the jar"));
  }
}
