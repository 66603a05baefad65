package dev.aether.server.testing;

import dev.aether.server.store.jetstream.wire.NatsPermissions;
import dev.aether.server.store.jetstream.wire.NatsPermissions.Action;
import dev.aether.server.store.jetstream.wire.NatsPermissions.Permission;
import java.util.List;
import java.util.stream.Collectors;

/** Users of a nats-server, for its configuration. */
public final class NatsUsers {
  private NatsUsers() {}

  /** The only user of a server, who may do what a node needs. */
  public static String only(String login) {
    return of(user(login, NatsPermissions.NEEDED));
  }

  /** Every connection without a login is a user who may do what a node needs. */
  public static String everybody() {
    return only("user: aether, password: aether") + "no_auth_user: aether\n";
  }

  public static String of(String... users) {
    return "authorization { users: [ " + String.join(", ", users) + " ] }\n";
  }

  /**
   * @param login the name and the password, or an nkey
   */
  public static String user(String login, List<Permission> allowed) {
    return "{ "
        + login
        + ", permissions: { publish: "
        + quoted(allowed, Action.PUBLISH)
        + ", subscribe: "
        + quoted(allowed, Action.SUBSCRIBE)
        + " } }";
  }

  /** The subjects of an action, as a list in JSON. */
  public static String quoted(List<Permission> allowed, Action action) {
    return allowed.stream()
        .filter(permission -> permission.action() == action)
        .map(permission -> '"' + permission.subjects() + '"')
        .collect(Collectors.joining(", ", "[", "]"));
  }
}
