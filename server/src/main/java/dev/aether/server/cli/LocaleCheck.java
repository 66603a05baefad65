package dev.aether.server.cli;

import java.util.Arrays;
import java.util.Map;
import java.util.Optional;
import java.util.stream.Stream;

/**
 * Finds characters that Java could not read because the locale does not have them. Otherwise
 * different names would become the same one, and different actors would share a history.
 */
final class LocaleCheck {
  private static final String UNREADABLE = "\uFFFD";

  private final Map<String, String> environment;

  LocaleCheck(Map<String, String> environment) {
    this.environment = environment;
  }

  /** What is wrong with an argument or a variable of Aether, and how to fix it. */
  Optional<String> fault(String... args) {
    Stream<String> arguments =
        Arrays.stream(args).map(argument -> "the argument '" + argument + "'");
    Stream<String> variables =
        environment.entrySet().stream()
            .filter(variable -> variable.getKey().startsWith("AETHER_"))
            .map(variable -> variable.getKey() + "='" + variable.getValue() + "'");
    return Stream.concat(arguments, variables)
        .filter(text -> text.contains(UNREADABLE))
        .findFirst()
        .map(
            text ->
                text
                    + " contains characters that cannot be read in the locale "
                    + locale()
                    + ": use UTF-8 and set LC_ALL=C.UTF-8");
  }

  /** The locale is taken from the first of these variables that is set and not empty. */
  private String locale() {
    return Stream.of("LC_ALL", "LC_CTYPE", "LANG")
        .filter(name -> !environment.getOrDefault(name, "").isEmpty())
        .map(name -> name + "=" + environment.get(name))
        .findFirst()
        .orElse("C (LC_ALL, LC_CTYPE and LANG are not set)");
  }
}
