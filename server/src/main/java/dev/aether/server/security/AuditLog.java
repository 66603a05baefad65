package dev.aether.server.security;

import com.google.gson.JsonObject;
import dev.aether.server.event.Reason;
import java.util.Set;
import java.util.concurrent.TimeUnit;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Records refused calls, administrative calls, and changes of certificates, tokens and the policy,
 * each as one line of JSON of the logger {@value #NAME}. It never has payloads or tokens.
 * Thread-safe.
 */
public final class AuditLog {
  /** The name of the logger. */
  public static final String NAME = "dev.aether.audit";

  /** More lines are counted instead of written, so that an attacker cannot fill the disk. */
  static final int LINES_PER_SECOND = 100;

  private static final Logger LOG = LoggerFactory.getLogger(NAME);
  private static final AuditLog LINES = new AuditLog();

  /** Strangers have lines of their own, so that they cannot crowd out the others. */
  private static final AuditLog STRANGERS = new AuditLog();

  /** So do calls that are refused: whoever floods the log with them must not hide what was done. */
  private static final AuditLog REFUSED = new AuditLog();

  private static final Set<String> REFUSALS =
      Set.of(Reason.UNAUTHENTICATED.name(), Reason.PERMISSION_DENIED.name());

  /** Guarded by this, like all fields. */
  private long second;

  private int written;
  private long dropped;

  private AuditLog() {}

  /**
   * A call that was refused or an administrative call that ended.
   *
   * @param outcome OK, or the reason or status of its failure
   * @param identity empty if it is unknown
   * @param namespaces a name or pattern; empty if the call concerns none
   */
  public static void call(
      String outcome, String identity, String address, String rpc, String namespaces) {
    JsonObject line = new JsonObject();
    line.addProperty("event", "call");
    line.addProperty("outcome", outcome);
    line.addProperty("identity", identity);
    line.addProperty("address", address);
    line.addProperty("rpc", rpc);
    line.addProperty("namespace", namespaces);
    lines(outcome, identity).write(line, System.nanoTime());
  }

  private static AuditLog lines(String outcome, String identity) {
    if (identity.isEmpty()) {
      return STRANGERS;
    }
    return REFUSALS.contains(outcome) ? REFUSED : LINES;
  }

  /** Files that changed; {@code error} is empty if their content is used now. */
  static void changed(String what, String error) {
    JsonObject line = new JsonObject();
    line.addProperty("event", "change");
    line.addProperty("what", what);
    line.addProperty("outcome", error.isEmpty() ? "OK" : "REFUSED");
    line.addProperty("error", error);
    LINES.write(line, System.nanoTime());
  }

  private synchronized void write(JsonObject line, long now) {
    long current = TimeUnit.NANOSECONDS.toSeconds(now);
    if (current != second) {
      second = current;
      written = 0;
      if (dropped > 0) {
        JsonObject gap = new JsonObject();
        gap.addProperty("event", "dropped");
        gap.addProperty("lines", dropped);
        LOG.warn("{}", gap);
        dropped = 0;
      }
    }
    if (written == LINES_PER_SECOND) {
      dropped++;
      return;
    }
    written++;
    LOG.info("{}", line);
  }
}
