package dev.aether.server;

import dev.aether.server.ServerConfig.StoreChoice;
import dev.aether.server.doctor.Finding;
import dev.aether.server.doctor.MachineChecks;
import dev.aether.server.doctor.NatsChecks;
import dev.aether.server.embedded.EmbeddedNatsException;
import dev.aether.server.embedded.NatsServerBinary;
import dev.aether.server.embedded.NatsServerProcess;
import dev.aether.server.event.Durability;
import dev.aether.server.event.StoreException;
import dev.aether.server.nats.NatsAccess;
import dev.aether.server.security.SecurityFileException;
import dev.aether.server.security.Validity;
import dev.aether.server.store.jetstream.NatsInspection;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/** Checks a store and this machine before or while nodes use them. Changes nothing. Blocks. */
public final class StoreCheckup {
  private static final Duration EMBEDDED_WAIT = Duration.ofSeconds(10);
  private static final String CERTIFICATE = "certificate";

  private final StoreChoice choice;
  private final List<Path> certificates;

  /**
   * Checks nothing yet.
   *
   * @param certificates files (PEM) whose expiry is checked too
   */
  public StoreCheckup(StoreChoice choice, List<Path> certificates) {
    this.choice = choice;
    this.certificates = List.copyOf(certificates);
  }

  /** All findings, in the order in which an operator reads them. */
  public List<Finding> run() {
    List<Finding> findings = new ArrayList<>();
    if (choice instanceof StoreChoice.Nats nats) {
      findings.addAll(ofNats(nats.urls(), nats.access(), nats.patience()));
      nats.access().certificate().ifPresent(own -> findings.add(ofCertificate(own.validity())));
      findings.add(sync(nats.sync()));
    } else if (choice instanceof StoreChoice.Embedded embedded) {
      findings.addAll(ofEmbedded(embedded));
    }
    certificates.forEach(file -> findings.add(ofCertificate(file)));
    findings.add(MachineChecks.openFiles());
    findings.add(MachineChecks.memory());
    return List.copyOf(findings);
  }

  private static Finding ofCertificate(Path file) {
    try {
      return ofCertificate(Validity.of(file));
    } catch (SecurityFileException e) {
      return Finding.fail(CERTIFICATE, String.valueOf(e.getMessage()), "");
    }
  }

  private static Finding ofCertificate(Validity validity) {
    String advice = "renew the file: a node reads it again by itself";
    Instant now = Instant.now();
    return validity
        .whyInvalid(now)
        .map(why -> Finding.fail(CERTIFICATE, why, advice))
        .or(
            () ->
                validity
                    .whySoon(now)
                    .map(why -> new Finding(Finding.Level.WARN, CERTIFICATE, why, advice)))
        .orElseGet(
            () ->
                new Finding(
                    Finding.Level.OK,
                    CERTIFICATE,
                    "that of " + validity.name() + " expires at " + validity.until(),
                    ""));
  }

  private static List<Finding> ofEmbedded(StoreChoice.Embedded embedded) {
    List<Finding> findings = new ArrayList<>();
    try {
      Optional<String> running = NatsServerProcess.runningUrl(embedded.data());
      if (running.isPresent()) {
        findings.addAll(ofNats(List.of(running.get()), NatsAccess.BY_URL, EMBEDDED_WAIT));
      } else {
        NatsServerBinary binary = NatsServerBinary.find(embedded.natsServer());
        findings.add(
            new Finding(
                Finding.Level.OK,
                "nats-server",
                binary.version() + " at " + binary.path() + "; no node runs on " + embedded.data(),
                ""));
      }
    } catch (EmbeddedNatsException e) {
      findings.add(Finding.fail("nats-server", String.valueOf(e.getMessage()), ""));
    }
    Path folder = MachineChecks.existing(embedded.data());
    findings.add(MachineChecks.diskSpace(folder));
    findings.add(MachineChecks.syncedWrites(folder));
    return findings;
  }

  private static List<Finding> ofNats(List<String> urls, NatsAccess access, Duration within) {
    try {
      return NatsChecks.of(NatsInspection.ask(urls, access, within));
    } catch (StoreException e) {
      return List.of(
          Finding.fail(
              "NATS", String.valueOf(e.getMessage()), "nodes cannot start until this is fixed"));
    }
  }

  /** NATS does not tell its clients. */
  private static Finding sync(Durability.Sync sync) {
    String subject = "sync to disk";
    return switch (sync) {
      case ALWAYS -> new Finding(Finding.Level.OK, subject, "--nats-sync says: always", "");
      case INTERVAL ->
          new Finding(
              Finding.Level.WARN,
              subject,
              "--nats-sync says: after each interval",
              "a power failure may lose acknowledged saves: set sync_interval: always on each"
                  + " nats-server");
      default ->
          new Finding(
              Finding.Level.WARN,
              subject,
              "NATS does not tell, and --nats-sync is not given",
              "set sync_interval: always in the jetstream block of each nats-server, and give"
                  + " --nats-sync always");
    };
  }
}
