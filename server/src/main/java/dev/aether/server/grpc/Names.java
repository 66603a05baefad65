package dev.aether.server.grpc;

import dev.aether.server.event.ActorId;
import dev.aether.server.event.NamePattern;
import dev.aether.server.event.Namespace;

/** Validates and reads the names in requests. An empty namespace means the default. */
final class Names {
  private Names() {}

  static void checkNamespace(String name, Faults faults) {
    if (!name.isEmpty()) {
      faults.add("namespace", Namespace.fault(name));
    }
  }

  static String orDefault(String namespace) {
    return namespace.isEmpty() ? Namespace.DEFAULT.name() : namespace;
  }

  static Namespace namespace(String name) {
    return name.isEmpty() ? Namespace.DEFAULT : new Namespace(name);
  }

  static void checkActor(String id, Faults faults) {
    faults.add("actor_id", ActorId.fault(id));
  }

  /**
   * Checks both names.
   *
   * @throws dev.aether.server.event.StoreException.InvalidRequest if one is invalid
   */
  static void check(String namespace, String actor) {
    Faults faults = new Faults();
    checkNamespace(namespace, faults);
    checkActor(actor, faults);
    faults.check();
  }

  static void checkNamespacePattern(String pattern, Faults faults) {
    checkNamespacePattern("namespace_pattern", pattern, faults);
  }

  /** Also rejects a pattern that no valid name can match. */
  static void checkNamespacePattern(String field, String pattern, Faults faults) {
    if (pattern.isEmpty()) {
      return;
    }
    NamePattern.fault(pattern)
        .ifPresentOrElse(
            fault -> faults.add(field, fault),
            () -> faults.add(field, Namespace.fault(pattern.replace('*', 'x').replace('>', 'x'))));
  }

  static NamePattern namespacePattern(String pattern) {
    return NamePattern.of(pattern.isEmpty() ? Namespace.DEFAULT.name() : pattern);
  }
}
