package dev.aether.server.doctor;

import dev.aether.server.event.Limits;
import dev.aether.server.nats.NatsFacts;
import dev.aether.server.nats.NatsServerVersion;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;

/** Judges what a NATS tells about itself. */
public final class NatsChecks {
  /** The first version that syncs a batch once, which group commit needs. */
  private static final NatsServerVersion GROUP_COMMIT = new NatsServerVersion(2, 15, 0);

  /** The first version that does not read a block of a log for the first save to each actor. */
  private static final NatsServerVersion QUICK_AFTER_RESTART = new NatsServerVersion(2, 15, 3);

  private static final Duration FAR = Duration.ofMillis(20);
  private static final Duration CLOCK_OFF = Duration.ofSeconds(1);
  private static final int NEARLY_FULL_PERCENT = 80;
  private static final double NANOS_PER_MILLI = 1e6;
  private static final int MEBI = 20;

  private final NatsFacts facts;
  private final List<Finding> findings = new ArrayList<>();

  private NatsChecks(NatsFacts facts) {
    this.facts = facts;
  }

  /** All findings, in the order in which an operator reads them. */
  public static List<Finding> of(NatsFacts facts) {
    NatsChecks checks = new NatsChecks(facts);
    checks.version();
    checks.distance();
    checks.clock();
    checks.payload();
    checks.storage();
    checks.replicas();
    checks.streams();
    return List.copyOf(checks.findings);
  }

  private void version() {
    String subject = "nats-server";
    String found =
        facts.version().map(Object::toString).orElse("unknown version")
            + ", "
            + facts.server()
            + facts.cluster().map(name -> ", of the cluster " + name).orElse(", alone");
    boolean enough = facts.version().filter(NatsServerVersion::isEnough).isPresent();
    if (!enough) {
      findings.add(
          Finding.fail(subject, found, "upgrade it to " + QUICK_AFTER_RESTART + " or later"));
    } else if (isBefore(GROUP_COMMIT)) {
      findings.add(
          Finding.warn(
              subject,
              found,
              "it syncs each save alone: upgrade it to "
                  + QUICK_AFTER_RESTART
                  + ", which stores many saves with one sync"));
    } else if (isBefore(QUICK_AFTER_RESTART)) {
      findings.add(
          Finding.warn(
              subject,
              found,
              "after a restart it reads up to 8 MiB for the first save to each actor, and a stream"
                  + " that met a full disk is stuck until it restarts: upgrade it to "
                  + QUICK_AFTER_RESTART));
    } else {
      findings.add(Finding.ok(subject, found));
    }
  }

  private boolean isBefore(NatsServerVersion version) {
    return facts.version().filter(known -> known.compareTo(version) < 0).isPresent();
  }

  private void distance() {
    String found =
        String.format(
            Locale.ROOT, "%.2f ms there and back", facts.roundTrip().toNanos() / NANOS_PER_MILLI);
    findings.add(
        facts.roundTrip().compareTo(FAR) > 0
            ? Finding.warn(
                "distance to NATS",
                found,
                "each save waits for it at least once: run nodes near their NATS servers")
            : Finding.ok("distance to NATS", found));
  }

  private void clock() {
    Duration ahead = facts.clockAhead();
    String found =
        String.format(
            Locale.ROOT,
            "that of nats-server is %.0f ms %s",
            Math.abs(ahead.toNanos() / NANOS_PER_MILLI),
            ahead.isNegative() ? "behind" : "ahead");
    findings.add(
        ahead.abs().compareTo(CLOCK_OFF) > 0
            ? Finding.warn(
                "clock",
                found,
                "tokens expire, and times of events are set, by the clock of each machine: let an"
                    + " NTP client set them")
            : Finding.ok("clock", found));
  }

  private void payload() {
    long commit = Limits.commitBytes(facts.maxPayload());
    String found =
        String.format(
            Locale.ROOT,
            "max_payload is %,d bytes, so a commit may have %,d",
            facts.maxPayload(),
            commit);
    findings.add(
        commit < Limits.COMMIT_BYTES
            ? Finding.warn(
                "largest commit",
                found,
                "set max_payload: 4MB on each nats-server for commits up to 3 MiB")
            : Finding.ok("largest commit", found));
  }

  private void storage() {
    if (facts.storage().isEmpty()) {
      findings.add(
          Finding.ok("JetStream storage", "this user may not publish to $JS.API.INFO to see it"));
      return;
    }
    long used = facts.storage().get().used();
    long limit = facts.storage().get().limit();
    if (limit < 0) {
      findings.add(
          Finding.ok(
              "JetStream storage",
              String.format(Locale.ROOT, "%,d MiB used, the account has no limit", used >> MEBI)));
      return;
    }
    String found =
        String.format(
            Locale.ROOT, "%,d of %,d MiB of the account used", used >> MEBI, limit >> MEBI);
    findings.add(
        used * 100 > limit * NEARLY_FULL_PERCENT
            ? Finding.warn(
                "JetStream storage",
                found,
                "saves fail with STORE_FULL at the limit: raise it, or delete namespaces")
            : Finding.ok("JetStream storage", found));
  }

  private void replicas() {
    if (facts.registry().isEmpty()) {
      findings.add(Finding.ok("store", "none yet: the first node creates it"));
      return;
    }
    int replicas = facts.registry().get().replicas();
    String found = "its registry has " + replicas + (replicas == 1 ? " replica" : " replicas");
    findings.add(
        facts.cluster().isPresent() && replicas == 1
            ? Finding.warn(
                "store",
                found + " in a cluster",
                "start the nodes with --replicas 3, so that a server may fail")
            : Finding.ok("store", found));
  }

  private void streams() {
    String found =
        facts.unwell().isEmpty()
            ? facts.looked() + " of " + facts.streams() + " streams looked at, all well"
            : String.join("; ", facts.unwell());
    findings.add(
        facts.unwell().isEmpty()
            ? Finding.ok("streams", found)
            : Finding.fail(
                "streams",
                found,
                "see that each server of the cluster runs and reaches the others: nats server"
                    + " report jetstream"));
  }
}
