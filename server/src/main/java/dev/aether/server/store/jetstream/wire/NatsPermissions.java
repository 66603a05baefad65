package dev.aether.server.store.jetstream.wire;

import dev.aether.server.event.StoreException;
import io.nats.client.Connection;
import io.nats.client.Options;
import io.nats.client.impl.Headers;
import java.io.IOException;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.stream.Collectors;
import java.util.stream.Stream;

/**
 * What NATS must let a node's user do. {@code docs/security.md} has the same tables; a test
 * compares them, and the contract's tests run as a user who may do nothing else.
 */
public final class NatsPermissions {
  private static final Duration ANSWER_WITHIN = Duration.ofSeconds(2);

  /** The prefix of jnats for the subjects of responses. */
  static final String RESPONSES = "_INBOX.";

  /** In place of a wildcard. No stream has this name, because NATS forbids the slash. */
  private static final String NOTHING = "AETHER/PERMISSION";

  /** A publish with this header is not stored, even if a stream has its subject. */
  private static final String EXPECTED_STREAM = "Nats-Expected-Stream";

  /** What can be done with a subject. */
  public enum Action {
    PUBLISH("publish to"),
    SUBSCRIBE("subscribe to");

    private final String text;

    Action(String text) {
      this.text = text;
    }

    @Override
    public String toString() {
      return text;
    }
  }

  /**
   * A permission.
   *
   * @param subjects with NATS's wildcards
   * @param purpose what does not work without it
   */
  public record Permission(Action action, String subjects, String purpose) {
    /** A subject of these that no node uses. */
    String tried() {
      return subjects.replace("*", NOTHING).replace(">", NOTHING + "." + NOTHING + "." + NOTHING);
    }

    /** What precedes the wildcards. */
    private String prefix() {
      return subjects.replaceFirst("[*>].*", "");
    }

    @Override
    public String toString() {
      return subjects + " (" + purpose + ")";
    }
  }

  private static final Permission ANSWERS =
      new Permission(Action.SUBSCRIBE, RESPONSES + ">", "responses");

  /** All permissions that a node needs. */
  public static final List<Permission> NEEDED =
      List.of(
          publish("aether.e.>", "saving events"),
          publish("aether.s.>", "saving and deleting snapshots"),
          publish("aether.n.>", "creating, changing and deleting namespaces"),
          publish("aether.id", "starting with an empty store"),
          publish("aether.b.>", "publishing broadcasts"),
          publish("$JS.API.STREAM.INFO.*", "starting, reading and saving"),
          publish("$JS.API.STREAM.NAMES", "creating namespaces"),
          publish("$JS.API.STREAM.CREATE.*", "creating namespaces"),
          publish("$JS.API.STREAM.UPDATE.*", "creating namespaces"),
          publish("$JS.API.STREAM.DELETE.*", "deleting namespaces"),
          publish("$JS.API.STREAM.MSG.GET.*", "reading from the leader of a stream"),
          publish("$JS.API.STREAM.MSG.DELETE.*", "deleting snapshots from a full store"),
          publish("$JS.API.DIRECT.GET.*", "reading events"),
          publish("$JS.API.DIRECT.GET.*.>", "reading the latest version of an actor"),
          publish("$JS.API.CONSUMER.CREATE.*", "following logs"),
          publish("$JS.API.CONSUMER.DELETE.*.*", "no longer following logs"),
          publish("$JS.API.CONSUMER.MSG.NEXT.*.*", "reading logs"),
          publish("$JS.FC.>", "following logs"),
          new Permission(Action.SUBSCRIBE, "aether.b.>", "receiving broadcasts"),
          ANSWERS);

  /**
   * All permissions that making a backup needs; a user who has no others cannot change anything.
   */
  public static final List<Permission> FOR_BACKUPS =
      List.of(
          publish("$JS.API.STREAM.INFO.*", "finding streams"),
          publish("$JS.API.STREAM.MSG.GET.*", "reading the registry"),
          publish("$JS.API.STREAM.SNAPSHOT.*", "copying streams"),
          publish("$JS.SNAPSHOT.ACK.>", "copying streams"),
          ANSWERS);

  /** All permissions that checking the form of a store needs, which a node's user has. */
  public static final List<Permission> FOR_CHECKS =
      List.of(
          publish("$JS.API.STREAM.INFO.*", "finding streams"),
          publish("$JS.API.STREAM.MSG.GET.*", "reading the registry"),
          ANSWERS);

  /** All permissions that restoring a backup needs. */
  public static final List<Permission> FOR_RESTORES =
      List.of(
          publish("aether.n.>", "registering namespaces"),
          publish("aether.id", "restoring the identity of the store"),
          publish("$JS.API.STREAM.INFO.*", "finding streams"),
          publish("$JS.API.STREAM.MSG.GET.*", "reading the registry"),
          publish("$JS.API.STREAM.CREATE.*", "creating the registry"),
          publish("$JS.API.STREAM.DELETE.*", "deleting streams that were restored incompletely"),
          publish("$JS.API.STREAM.RESTORE.*", "restoring streams"),
          publish("$JS.SNAPSHOT.RESTORE.>", "restoring streams"),
          ANSWERS);

  private NatsPermissions() {}

  private static Permission publish(String subjects, String purpose) {
    return new Permission(Action.PUBLISH, subjects, purpose);
  }

  /** The permission that covers a subject. */
  static Optional<Permission> of(Action action, String subject) {
    return Stream.of(NEEDED, FOR_BACKUPS, FOR_RESTORES)
        .flatMap(List::stream)
        .filter(each -> each.action == action && subject.startsWith(each.prefix()))
        .findFirst();
  }

  /**
   * Tries permissions, with one round trip. The requests have no effect: they concern nothing that
   * exists.
   *
   * @throws StoreException with all of these permissions that the user of the connection lacks
   * @throws IOException if NATS does not respond
   */
  static void check(Connection connection, List<Permission> needed, RefusedSubjects refused)
      throws IOException, InterruptedException {
    try {
      needed.forEach(permission -> attempt(connection, permission));
      connection.flush(ANSWER_WITHIN);
      // NATS has reported all refusals, and jnats passes them on one after another.
      Options options = connection.getOptions();
      options
          .getCallbackExecutor()
          .submit(() -> {})
          .get(ANSWER_WITHIN.toMillis(), TimeUnit.MILLISECONDS);
    } catch (IllegalStateException | TimeoutException | ExecutionException e) {
      throw new IOException("the permissions could not be checked: " + e.getMessage(), e);
    }
    String missing =
        needed.stream()
            .filter(permission -> refused.contains(permission.action, permission.tried()))
            .map(permission -> permission.action + " " + permission)
            .collect(Collectors.joining(", "));
    if (!missing.isEmpty()) {
      throw StoreException.storeUnavailable(
          "NATS does not let this node's user "
              + missing
              + "; docs/security.md lists what it needs");
    }
  }

  private static void attempt(Connection connection, Permission permission) {
    if (permission.action == Action.SUBSCRIBE) {
      connection.subscribe(permission.tried()).unsubscribe();
    } else {
      connection.publish(
          permission.tried(), new Headers().put(EXPECTED_STREAM, NOTHING), new byte[0]);
    }
  }
}
