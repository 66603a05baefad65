package dev.aether.server.store.jetstream.wire;

import dev.aether.server.store.jetstream.wire.NatsPermissions.Action;
import dev.aether.server.store.jetstream.wire.NatsPermissions.Permission;
import io.nats.client.Connection;
import java.time.Duration;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Optional;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The subjects that NATS has refused because the node's user lacks a permission. NATS does not
 * respond to such a request, but reports the subject. Thread-safe.
 */
public final class RefusedSubjects {
  private static final Logger LOG = LoggerFactory.getLogger(RefusedSubjects.class);

  private static final Pattern REPORT =
      Pattern.compile("Permissions Violation for (Publish|Subscription) to \"([^\"]*)\"");

  /** No request takes longer, so an older refusal concerns another request. */
  private static final Duration LONGEST_REQUEST = Duration.ofSeconds(20);

  private static final Duration TELL_EVERY = Duration.ofMinutes(1);

  private static final int MAX_REMEMBERED = 1000;

  private record Subject(Action action, String subject) {}

  /** The time of the latest refusal, oldest first. */
  private final Map<Subject, Long> refusedAt = new LinkedHashMap<>();

  private final Map<String, Long> toldAt = new HashMap<>();
  private boolean isTelling;

  /** From now on, refusals are written to the log. */
  synchronized void tell() {
    isTelling = true;
  }

  /** Takes a report of NATS; returns false if it is about something else. */
  synchronized boolean add(String error) {
    Matcher report = REPORT.matcher(error);
    if (!report.find()) {
      return false;
    }
    Action action = "Publish".equals(report.group(1)) ? Action.PUBLISH : Action.SUBSCRIBE;
    Subject subject = new Subject(action, report.group(2));
    long now = System.nanoTime();
    refusedAt.remove(subject);
    refusedAt.put(subject, now);
    if (refusedAt.size() > MAX_REMEMBERED) {
      refusedAt.remove(refusedAt.keySet().iterator().next());
    }
    if (isTelling) {
      tell(subject, now);
    }
    return true;
  }

  /** Each actor has a subject, so a permission is told of instead. */
  private void tell(Subject subject, long now) {
    String permission =
        NatsPermissions.of(subject.action, subject.subject)
            .map(Permission::toString)
            .orElse("what " + NatsPermissions.class.getSimpleName() + " lacks");
    Long last = toldAt.get(permission);
    if (last == null || now - last >= TELL_EVERY.toNanos()) {
      toldAt.put(permission, now);
      LOG.error(
          "NATS no longer lets this node's user {} {}, and refused {}",
          subject.action,
          permission,
          subject.subject);
    }
  }

  /** Whether a subject was refused within the time that a request may take. */
  synchronized boolean contains(Action action, String subject) {
    Long at = refusedAt.get(new Subject(action, subject));
    return at != null && System.nanoTime() - at < LONGEST_REQUEST.toNanos();
  }

  /** Whether NATS has refused a subscription for responses, within the same time. */
  synchronized boolean lacksResponses() {
    return refusedAt.keySet().stream()
        .anyMatch(
            each ->
                each.subject.startsWith(NatsPermissions.RESPONSES)
                    && contains(each.action, each.subject));
  }

  /** Whether NATS has refused to let the node do this, within the time that a request may take. */
  public static boolean isRefused(Connection connection, Action action, String subject) {
    return connection.getOptions().getErrorListener() instanceof NatsErrorLog log
        && log.refused().contains(action, subject);
  }

  /** Why a request to a subject gets no response, if NATS has refused that. */
  public static Optional<String> why(Connection connection, String subject) {
    if (isRefused(connection, Action.PUBLISH, subject)) {
      return Optional.of("NATS does not let this node's user publish to " + subject);
    }
    return connection.getOptions().getErrorListener() instanceof NatsErrorLog log
            && log.refused().lacksResponses()
        ? Optional.of(
            "NATS does not let this node's user subscribe to " + NatsPermissions.RESPONSES + ">")
        : Optional.empty();
  }
}
