package dev.aether.server.ops;

import java.time.Duration;
import java.util.Locale;

/** What can be wrong with a node that runs. */
public enum Condition {
  /** The node can neither read nor save. */
  UNREACHABLE(true, "the store cannot be used"),
  /** Saves fail with STORE_FULL; reads, subscriptions and deletions work. */
  STORE_FULL(
      true,
      "the store is full: saves fail with STORE_FULL, reads, subscriptions and deletions still work"),
  /** JetStream answers, but to no save. */
  SAVES_FAIL(true, "saves get no answer from JetStream"),
  /** Records are lost or damaged, and nobody has accepted that. */
  DAMAGED(true, "the store has lost or damaged records"),
  /** The disk of the data folder will soon be full. */
  DISK_LOW(false, "the disk is nearly full"),
  /** Saves are stored, but take long. */
  SLOW_SAVES(false, "saves are slow"),
  /** The clock of the machine was set. */
  CLOCK_JUMP(false, "the clock of this machine has jumped"),
  /** A certificate that this node presents to others expires soon. */
  CERTIFICATE_EXPIRES_SOON(false, "a certificate of this node expires soon", Duration.ofHours(1)),
  /** Others do not accept this node, since a certificate has expired or is not valid yet. */
  CERTIFICATE_EXPIRED(true, "a certificate of this node is not valid"),
  /** The collector of traces and metrics does not take all of them. */
  TELEMETRY_LOST(false, "the collector of --otlp does not get everything");

  private final boolean isError;
  private final String title;
  private final Duration toldEvery;

  Condition(boolean isError, String title) {
    this(isError, title, Duration.ofMinutes(1));
  }

  Condition(boolean isError, String title, Duration toldEvery) {
    this.isError = isError;
    this.title = title;
    this.toldEvery = toldEvery;
  }

  /** How often it is logged while it lasts. */
  Duration toldEvery() {
    return toldEvery;
  }

  /** Whether callers notice it. */
  public boolean isError() {
    return isError;
  }

  /** What it is, as text for people. */
  public String title() {
    return title;
  }

  /** The name in metrics and JSON. */
  public String label() {
    return name().toLowerCase(Locale.ROOT);
  }
}
