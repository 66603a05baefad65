package dev.aether.server.cli;

import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.IDefaultValueProvider;
import picocli.CommandLine.Model.ArgSpec;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Model.OptionSpec;

/**
 * Takes the value of an option that is not on the command line from its environment variable, if
 * that is set and not empty, or else from the user's {@link Profile}. The variables of {@code
 * serve} and of the options that all client commands share are named AETHER_OPTION, or
 * AETHER_CLIENT_OPTION where both have the option. Other options have a different meaning in each
 * command; their variables are named AETHER_COMMAND_OPTION.
 */
final class EnvironmentDefaults implements IDefaultValueProvider {
  /** A server has a certificate and a client has another one. */
  private static final Set<String> OF_BOTH_SIDES = Set.of("--tls-cert", "--tls-key");

  private final Map<String, String> environment;
  private final Profile profile;

  EnvironmentDefaults(Map<String, String> environment, Profile profile) {
    this.environment = environment;
    this.profile = profile;
  }

  @Override
  public @Nullable String defaultValue(ArgSpec arg) {
    if (!(arg instanceof OptionSpec option)) {
      return arg.defaultValue();
    }
    @Nullable String value = variable(option).map(environment::get).orElse(null);
    return value == null || value.isEmpty()
        ? profile.value(option).orElse(arg.defaultValue())
        : value;
  }

  /** The section of a command's help that lists the variables of its options. */
  static String help(CommandSpec command) {
    List<String> lines =
        command.options().stream()
            .filter(option -> !option.hidden())
            .filter(option -> variable(option).isPresent())
            .map(option -> line(option, width(command), variable(option).orElseThrow()))
            .toList();
    return lines.isEmpty()
        ? ""
        : String.format(
                Locale.ROOT,
                "%nEnvironment variables, for options that are not on the command line:%n")
            + String.join("", lines);
  }

  /** The option's variable; none for --help and --version. */
  static Optional<String> variable(OptionSpec option) {
    if (option.usageHelp() || option.versionHelp()) {
      return Optional.empty();
    }
    String flag = shouted(option.longestName());
    boolean isServe = words(option.command()).equals("SERVE");
    if (!isServe && OF_BOTH_SIDES.contains(option.longestName())) {
      return Optional.of("AETHER_CLIENT_" + flag);
    }
    boolean shared = isShared(option) || isServe;
    return Optional.of(
        shared ? "AETHER_" + flag : "AETHER_" + words(option.command()) + "_" + flag);
  }

  private static boolean isShared(OptionSpec option) {
    return option.command().mixins().values().stream()
        .flatMap(mixin -> mixin.options().stream())
        .anyMatch(mixedIn -> mixedIn.longestName().equals(option.longestName()));
  }

  /** For "aether snapshot save": SNAPSHOT_SAVE. */
  private static String words(CommandSpec command) {
    String own = shouted(command.name());
    @Nullable CommandSpec parent = command.parent();
    return parent == null || parent.parent() == null ? own : words(parent) + "_" + own;
  }

  private static int width(CommandSpec command) {
    return command.options().stream()
        .filter(option -> !option.hidden())
        .mapToInt(option -> option.longestName().length())
        .max()
        .orElse(0);
  }

  private static String line(OptionSpec option, int width, String variable) {
    String name = option.longestName();
    return String.format(
        Locale.ROOT, "  %s%s  %s%n", name, " ".repeat(width - name.length()), variable);
  }

  private static String shouted(String name) {
    return name.replaceFirst("^-+", "").replace('-', '_').toUpperCase(Locale.ROOT);
  }
}
