package dev.aether.server.cli;

import dev.aether.server.cli.SettingsFile.Setting;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.Set;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.IDefaultValueProvider;
import picocli.CommandLine.Model.ArgSpec;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Model.OptionSpec;
import picocli.CommandLine.ParseResult;

/**
 * Takes the value of an option that is not on the command line from its environment variable, if
 * that is set and not empty, or else from a file: the {@link ConfigFile} of {@code serve}, or the
 * user's {@link Profile} for client commands. The variables of {@code serve} and of the options
 * that all client commands share are named AETHER_OPTION, or AETHER_CLIENT_OPTION where both have
 * the option. Other options have a different meaning in each command; their variables are named
 * AETHER_COMMAND_OPTION.
 */
final class EnvironmentDefaults implements IDefaultValueProvider {
  /** A server has a certificate and a client has another one. */
  private static final Set<String> OF_BOTH_SIDES = Set.of("--tls-cert", "--tls-key");

  /** An action, which no variable may ask for: a node would never start. */
  private static final String PRINT_CONFIG = "--print-config";

  private static final Pattern FLAG = Pattern.compile("--[a-z][a-z0-9-]*[a-z0-9]");

  private final Map<String, String> environment;
  private final Profile profile;
  private final ConfigFile config;

  EnvironmentDefaults(Map<String, String> environment, Profile profile, ConfigFile config) {
    this.environment = environment;
    this.profile = profile;
    this.config = config;
  }

  /** The one of a command line that {@link CommandLines} has built. */
  static EnvironmentDefaults of(CommandSpec command) {
    return (EnvironmentDefaults) command.defaultValueProvider();
  }

  @Override
  public @Nullable String defaultValue(ArgSpec arg) {
    if (!(arg instanceof OptionSpec option)) {
      return arg.defaultValue();
    }
    return given(option).orElse(arg.defaultValue());
  }

  /** What the environment or a file has for an option. */
  Optional<String> given(OptionSpec option) {
    return ofVariable(option).or(() -> ofFile(option).map(Setting::value));
  }

  /** Where the value of an option comes from. */
  Origin origin(OptionSpec option) {
    if (isOnCommandLine(option)) {
      return Origin.COMMAND_LINE;
    }
    if (ofVariable(option).isPresent()) {
      return Origin.ENVIRONMENT;
    }
    return ofFile(option).isPresent() ? Origin.FILE : Origin.DEFAULT;
  }

  /** The variable, or the file and the line, that has the value of an option. */
  Optional<String> place(OptionSpec option) {
    return switch (origin(option)) {
      case COMMAND_LINE, DEFAULT -> Optional.empty();
      case ENVIRONMENT -> variable(option);
      case FILE -> ofFile(option).map(Setting::place);
    };
  }

  /** What is wrong with the files, if a value was asked for that they may have. */
  Optional<String> fault() {
    return config.fault().or(profile::fault);
  }

  /** The variables that look like Aether's but are not: one message for each. */
  List<String> unknownVariables(CommandSpec serve, Terminal terminal) {
    return UnknownVariables.of(
        environment, serve, () -> CommandLines.create(terminal, environment));
  }

  /** Adds to a message where the options that it names have their values from. */
  String withPlaces(String message, CommandSpec command) {
    String places =
        FLAG.matcher(message)
            .results()
            .map(found -> command.optionsMap().get(found.group()))
            .filter(Objects::nonNull)
            .distinct()
            .flatMap(option -> place(option).stream())
            .collect(Collectors.joining(", "));
    return places.isEmpty() ? message : message + " (" + places + ")";
  }

  private Optional<String> ofVariable(OptionSpec option) {
    return variable(option).map(environment::get).filter(value -> !value.isEmpty());
  }

  private Optional<Setting> ofFile(OptionSpec option) {
    return isOfServe(option) ? config.setting(option) : profile.setting(option);
  }

  /** False while the command line is not parsed yet. */
  private static boolean isOnCommandLine(OptionSpec option) {
    @Nullable ParseResult parsed = option.command().commandLine().getParseResult();
    return parsed != null && parsed.hasMatchedOption(option.longestName());
  }

  /** Whether it is an option of {@code serve}. */
  static boolean isOfServe(OptionSpec option) {
    return words(option.command()).equals("SERVE");
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

  /** The option's variable; none for --help, --version and --print-config. */
  static Optional<String> variable(OptionSpec option) {
    if (option.usageHelp() || option.versionHelp() || option.longestName().equals(PRINT_CONFIG)) {
      return Optional.empty();
    }
    String flag = shouted(option.longestName());
    boolean isServe = isOfServe(option);
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
