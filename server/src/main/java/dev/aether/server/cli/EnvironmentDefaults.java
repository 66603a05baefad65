package dev.aether.server.cli;

import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.IDefaultValueProvider;
import picocli.CommandLine.Model.ArgSpec;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Model.OptionSpec;

/**
 * Gives every flag that is not on the command line the value of its environment variable, if that
 * is set and not empty. The flags of {@code serve} and those that all clients share are named
 * AETHER_FLAG; other flags mean something else in each command and are named AETHER_COMMAND_FLAG.
 */
final class EnvironmentDefaults implements IDefaultValueProvider {
  private final Map<String, String> environment;

  EnvironmentDefaults(Map<String, String> environment) {
    this.environment = environment;
  }

  @Override
  public @Nullable String defaultValue(ArgSpec arg) {
    if (!(arg instanceof OptionSpec option)) {
      return arg.defaultValue();
    }
    @Nullable String value = variable(option).map(environment::get).orElse(null);
    return value == null || value.isEmpty() ? arg.defaultValue() : value;
  }

  /** Says of a command's flags which variables they have, for its help. */
  static String help(CommandSpec command) {
    List<String> lines =
        command.options().stream()
            .filter(option -> !option.hidden())
            .flatMap(option -> variable(option).map(name -> line(option, name)).stream())
            .toList();
    return lines.isEmpty()
        ? ""
        : String.format(Locale.ROOT, "%nEnvironment variables, for flags that aren't given:%n")
            + String.join("", lines);
  }

  /** The flag's variable; none for --help and --version. */
  static Optional<String> variable(OptionSpec option) {
    if (option.usageHelp() || option.versionHelp()) {
      return Optional.empty();
    }
    String flag = shouted(option.longestName());
    boolean shared = isShared(option) || words(option.command()).equals("SERVE");
    return Optional.of(
        shared ? "AETHER_" + flag : "AETHER_" + words(option.command()) + "_" + flag);
  }

  private static boolean isShared(OptionSpec option) {
    return option.command().mixins().values().stream()
        .flatMap(mixin -> mixin.options().stream())
        .anyMatch(mixedIn -> mixedIn.longestName().equals(option.longestName()));
  }

  /** Of "aether snapshot save": SNAPSHOT_SAVE. */
  private static String words(CommandSpec command) {
    String own = shouted(command.name());
    @Nullable CommandSpec parent = command.parent();
    return parent == null || parent.parent() == null ? own : words(parent) + "_" + own;
  }

  private static String line(OptionSpec option, String variable) {
    return String.format(Locale.ROOT, "  %-16s %s%n", option.longestName(), variable);
  }

  private static String shouted(String name) {
    return name.replaceFirst("^-+", "").replace('-', '_').toUpperCase(Locale.ROOT);
  }
}
