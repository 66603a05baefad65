package dev.aether.server.grpc.requests;

import dev.aether.server.event.ActorId;
import dev.aether.server.event.NamePattern;
import dev.aether.server.event.Namespace;

/** Validates and reads the names in requests. An empty namespace means the default. */
public final class RequestNames {
  private RequestNames() {}

  public static void checkNamespace(String name, FieldViolations violations) {
    if (!name.isEmpty()) {
      violations.add("namespace", Namespace.violation(name));
    }
  }

  public static String orDefault(String namespace) {
    return namespace.isEmpty() ? Namespace.DEFAULT.name() : namespace;
  }

  public static Namespace namespace(String name) {
    return name.isEmpty() ? Namespace.DEFAULT : new Namespace(name);
  }

  /**
   * Validates and reads the namespace of a request without other fields to validate.
   *
   * @throws dev.aether.server.event.StoreException.InvalidRequest if the name is invalid
   */
  public static Namespace validNamespace(String name) {
    FieldViolations violations = new FieldViolations();
    checkNamespace(name, violations);
    violations.check();
    return namespace(name);
  }

  public static void checkActor(String id, FieldViolations violations) {
    violations.add("actor_id", ActorId.violation(id));
  }

  /**
   * Checks both names.
   *
   * @throws dev.aether.server.event.StoreException.InvalidRequest if one is invalid
   */
  public static void check(String namespace, String actor) {
    FieldViolations violations = new FieldViolations();
    checkNamespace(namespace, violations);
    checkActor(actor, violations);
    violations.check();
  }

  public static void checkNamespacePattern(String pattern, FieldViolations violations) {
    checkNamespacePattern("namespace_pattern", pattern, violations);
  }

  /** Also rejects a pattern that no valid name can match. */
  public static void checkNamespacePattern(
      String field, String pattern, FieldViolations violations) {
    if (pattern.isEmpty()) {
      return;
    }
    NamePattern.violation(pattern)
        .ifPresentOrElse(
            violation -> violations.add(field, violation),
            () ->
                violations.add(
                    field, Namespace.violation(pattern.replace('*', 'x').replace('>', 'x'))));
  }

  public static NamePattern namespacePattern(String pattern) {
    return NamePattern.of(pattern.isEmpty() ? Namespace.DEFAULT.name() : pattern);
  }
}
