package dev.aether.server.cli;

import java.util.HashSet;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeMap;
import java.util.function.Supplier;
import java.util.regex.Pattern;
import picocli.CommandLine;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Model.OptionSpec;

/**
 * Finds variables that look like Aether's but set nothing, because of a misspelled name. They are
 * only worth a warning: an environment has several authors and outlives a version of Aether.
 */
final class UnknownVariables {
  private static final String PREFIX = "AETHER_";

  /** Of the launcher scripts, and of {@link Profile}. */
  private static final Set<String> OTHERS =
      Set.of("AETHER_JAVA_OPTS", CommandLines.PROGRAM_VARIABLE, Profile.FILE_VARIABLE);

  /** What Kubernetes sets in each container for a service called aether, or aether-SOMETHING. */
  private static final Pattern OF_KUBERNETES =
      Pattern.compile(
          PREFIX
              + "(\\w+_)?(SERVICE_HOST|SERVICE_PORT(_\\w+)?|PORT"
              + "|PORT_\\d+_(TCP|UDP|SCTP)(_(PROTO|PORT|ADDR))?)");

  private UnknownVariables() {}

  /**
   * One message for each unknown variable, ordered by name.
   *
   * @param serve the command that is run
   * @param all builds the command line with all commands, whose variables are known, too
   */
  static List<String> of(
      Map<String, String> environment, CommandSpec serve, Supplier<CommandLine> all) {
    TreeMap<String, String> suspects = new TreeMap<>(environment);
    suspects
        .keySet()
        .removeIf(
            name ->
                !name.startsWith(PREFIX)
                    || OTHERS.contains(name)
                    || OF_KUBERNETES.matcher(name).matches());
    suspects.keySet().removeAll(variables(serve));
    if (suspects.isEmpty()) {
      return List.of();
    }
    suspects.keySet().removeAll(variables(all.get().getCommandSpec()));
    return suspects.keySet().stream().map(name -> message(name, serve)).toList();
  }

  private static Set<String> variables(CommandSpec command) {
    Set<String> variables = new HashSet<>();
    command
        .options()
        .forEach(option -> EnvironmentDefaults.variable(option).ifPresent(variables::add));
    command
        .subcommands()
        .values()
        .forEach(sub -> variables.addAll(variables(sub.getCommandSpec())));
    return variables;
  }

  private static String message(String name, CommandSpec serve) {
    String flag = "--" + name.substring(PREFIX.length()).toLowerCase(Locale.ROOT).replace('_', '-');
    Optional<String> meant =
        Suggestion.similar(flag, serve)
            .flatMap(similar -> Optional.ofNullable(serve.findOption(similar)))
            .flatMap((OptionSpec option) -> EnvironmentDefaults.variable(option));
    return "unknown variable "
        + name
        + ", which has no effect"
        + meant.map(variable -> ": did you mean " + variable + "?").orElse("");
  }
}
