package dev.aether.server.security;

import dev.aether.server.event.NamePattern;
import java.util.ArrayList;
import java.util.Collections;
import java.util.EnumSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;

/**
 * Which identities have which rights on which namespaces. What no rule allows is denied. Immutable.
 *
 * <p>The text has one rule a line: a name, a pattern of namespaces, and rights, with spaces in
 * between. {@code #} begins a comment.
 *
 * <pre>
 * token:orders              orders.>   read save subscribe
 * cert:audit.example.com    >          read subscribe
 * *                         public     read
 * </pre>
 */
final class Policy {
  /** Rules are tried one after another for each call. */
  static final int MAX_RULES = 10_000;

  private static final String EVERYBODY = "*";
  private static final String ALL = "all";

  private final List<Rule> rules;

  private record Rule(String name, List<String> namespaces, Set<Right> rights) {}

  private Policy(List<Rule> rules) {
    this.rules = rules;
  }

  /**
   * @param source names the text in errors
   * @throws SecurityFileException if a line is invalid
   */
  static Policy parse(String source, List<String> lines) {
    List<Rule> rules = new ArrayList<>();
    for (int i = 0; i < lines.size(); i++) {
      String line = withoutComment(lines.get(i)).strip();
      if (!line.isEmpty()) {
        rules.add(rule(source + ", line " + (i + 1) + ": ", line));
      }
    }
    if (rules.size() > MAX_RULES) {
      throw new SecurityFileException(
          source + " has " + rules.size() + " rules; the limit is " + MAX_RULES);
    }
    return new Policy(List.copyOf(rules));
  }

  /** A name may contain #, such as a URI in a certificate: a comment begins after a space. */
  private static String withoutComment(String line) {
    if (line.startsWith("#")) {
      return "";
    }
    int comment = line.indexOf(" #");
    return comment < 0 ? line : line.substring(0, comment);
  }

  private static Rule rule(String where, String line) {
    String[] words = line.split("[\\s,]+", -1);
    if (words.length < 3) {
      throw new SecurityFileException(
          where + "a rule consists of a name, a pattern of namespaces and at least one right");
    }
    String name = words[0];
    if (!name.equals(EVERYBODY) && !name.matches("(token|cert|jwt|group):.+")) {
      throw new SecurityFileException(
          where
              + "\""
              + name
              + "\" must be token:NAME, cert:NAME, jwt:SUBJECT, group:NAME, or * for every"
              + " identity");
    }
    Optional<String> violation = NamePattern.violation(words[1]);
    if (violation.isPresent()) {
      throw new SecurityFileException(
          where + "the pattern \"" + words[1] + "\" " + violation.get());
    }
    Set<Right> rights = EnumSet.noneOf(Right.class);
    for (String word : List.of(words).subList(2, words.length)) {
      if (word.equals(ALL)) {
        rights.addAll(EnumSet.allOf(Right.class));
      } else {
        rights.add(
            Right.parse(word)
                .orElseThrow(
                    () ->
                        new SecurityFileException(
                            where
                                + "\""
                                + word
                                + "\" is not a right: use read, save, subscribe, publish, admin,"
                                + " monitor or all")));
      }
    }
    return new Rule(name, Patterns.tokens(words[1]), Collections.unmodifiableSet(rights));
  }

  /**
   * Whether one rule allows this on all namespaces that the pattern matches, including those that
   * will be created later. Several rules are not combined.
   */
  boolean allows(Identity identity, Right right, String pattern) {
    List<String> wanted = Patterns.tokens(pattern);
    return rules.stream()
        .anyMatch(
            rule ->
                rule.rights().contains(right)
                    && Patterns.covers(rule.namespaces(), wanted)
                    && applies(rule, identity));
  }

  /** Whether a rule gives the identity any right on the namespace, so that it may know of it. */
  boolean shows(Identity identity, String namespace) {
    List<String> wanted = Patterns.tokens(namespace);
    return rules.stream()
        .anyMatch(rule -> Patterns.covers(rule.namespaces(), wanted) && applies(rule, identity));
  }

  private static boolean applies(Rule rule, Identity identity) {
    return rule.name().equals(EVERYBODY) || identity.names().contains(rule.name());
  }
}
