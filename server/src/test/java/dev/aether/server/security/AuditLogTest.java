package dev.aether.server.security;

import static org.junit.jupiter.api.Assertions.assertTrue;

import ch.qos.logback.classic.Level;
import ch.qos.logback.classic.Logger;
import ch.qos.logback.classic.spi.ILoggingEvent;
import ch.qos.logback.core.read.ListAppender;
import dev.aether.server.testing.Await;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.stream.Collectors;
import org.junit.jupiter.api.Test;
import org.slf4j.LoggerFactory;

class AuditLogTest {
  private static final int CALLS = 5000;

  @Test
  void aFloodOfRefusedCallsIsCountedInsteadOfWritten() {
    ListAppender<ILoggingEvent> log = new ListAppender<>();
    log.start();
    Logger audit = (Logger) LoggerFactory.getLogger(AuditLog.NAME);
    audit.addAppender(log);
    audit.setLevel(Level.INFO);
    try {
      long begin = System.nanoTime();
      for (int i = 0; i < CALLS; i++) {
        AuditLog.call("UNAUTHENTICATED", "", "/127.0.0.1:1", "a/b", "");
      }
      long seconds = TimeUnit.NANOSECONDS.toSeconds(System.nanoTime() - begin) + 2;
      int written = log.list.size();
      assertTrue(written <= seconds * (AuditLog.LINES_PER_SECOND + 1), "lines: " + written);
      Await.until(
          "the count",
          Duration.ofSeconds(10),
          () -> {
            AuditLog.call("UNAUTHENTICATED", "", "/127.0.0.1:1", "a/b", "");
            return List.copyOf(log.list).stream()
                .anyMatch(line -> line.getFormattedMessage().contains("\"event\":\"dropped\""));
          });
    } finally {
      audit.detachAppender(log);
      audit.setLevel(null);
    }
  }

  @Test
  void aFloodOfRefusedCallsDoesNotHideWhatAnAdministratorDid() {
    ListAppender<ILoggingEvent> log = new ListAppender<>();
    log.start();
    Logger audit = (Logger) LoggerFactory.getLogger(AuditLog.NAME);
    audit.addAppender(log);
    audit.setLevel(Level.INFO);
    try {
      for (int i = 0; i < CALLS; i++) {
        AuditLog.call("PERMISSION_DENIED", "token:mallory", "/127.0.0.1:1", "a/b", "orders");
      }
      AuditLog.call("OK", "token:admin", "/127.0.0.1:2", "a/DeleteNamespace", "orders");
      AuditLog.changed("policy", "");
      String lines =
          log.list.stream().map(ILoggingEvent::getFormattedMessage).collect(Collectors.joining());
      assertTrue(lines.contains("a/DeleteNamespace"), "the deletion");
      assertTrue(lines.contains("\"what\":\"policy\""), "the new policy");
    } finally {
      audit.detachAppender(log);
      audit.setLevel(null);
    }
  }
}
