package dev.aether.server.cli;

import java.nio.file.Path;
import java.util.Comparator;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Model.OptionSpec;

/**
 * Prints the settings of a node, each with its origin, as a file that {@code serve --config} can
 * read. Defaults, and what has no effect, are comments. Secrets are left out: those that have
 * options of their own, and those in URLs.
 */
final class PrintedConfig {
  private static final Pattern SECRET_IN_URL = Pattern.compile("://[^/@,\\s]*@");

  private final CommandSpec serve;
  private final Set<String> unused;

  /**
   * Prints the settings of a parsed command.
   *
   * @param unused the options that have no effect
   */
  PrintedConfig(CommandSpec serve, Set<String> unused) {
    this.serve = serve;
    this.unused = unused;
  }

  /** The lines of the file. */
  List<String> lines() {
    return serve.options().stream()
        .filter(ConfigFile::isSetting)
        .sorted(Comparator.comparing(OptionSpec::longestName))
        .map(this::line)
        .toList();
  }

  /** The settings that differ from the defaults and have no secret, in one line. */
  String changed() {
    String changed =
        lines().stream()
            .filter(line -> !line.startsWith("#"))
            .map(line -> line.replaceFirst(" {2}# (.*)$", " ($1)"))
            .collect(Collectors.joining(", "));
    return changed.isEmpty() ? "none" : changed;
  }

  private String line(OptionSpec option) {
    String key = ConfigFile.key(option);
    EnvironmentDefaults defaults = EnvironmentDefaults.of(serve);
    Origin origin = defaults.origin(option);
    Optional<String> value = value(option, origin);
    if (value.isEmpty()) {
      return "#" + key + " =";
    }
    String shown = SECRET_IN_URL.matcher(value.get()).replaceAll("://***@");
    String notes =
        switch (origin) {
          case DEFAULT -> "default";
          case FILE, ENVIRONMENT -> defaults.place(option).orElseThrow();
          case COMMAND_LINE -> "command line";
        };
    boolean isUnused = unused.contains(option.longestName());
    boolean isSecret = !shown.equals(value.get());
    return (origin == Origin.DEFAULT || isUnused || isSecret ? "#" : "")
        + key
        + " = "
        + shown
        + "  # "
        + notes
        + (isUnused && origin != Origin.DEFAULT ? ", without effect" : "")
        + (isSecret ? ", with a secret that is not printed" : "");
  }

  private Optional<String> value(OptionSpec option, Origin origin) {
    return switch (origin) {
      case DEFAULT ->
          Optional.ofNullable(option.defaultValue())
              .or(() -> isSwitch(option) ? Optional.of("false") : Optional.empty());
      case FILE, ENVIRONMENT ->
          EnvironmentDefaults.of(serve).given(option).map(value -> absolute(option, value));
      case COMMAND_LINE ->
          isSwitch(option) // It has no text if it stands there alone.
              ? Optional.of(String.valueOf(option.<@Nullable Object>getValue()))
              : Optional.of(absolute(option, String.join(",", option.stringValues())));
    };
  }

  /** The file may be used from another folder. */
  private static String absolute(OptionSpec option, String value) {
    return ConfigFile.isPath(option, value)
        ? Path.of(value).toAbsolutePath().normalize().toString()
        : value;
  }

  private static boolean isSwitch(OptionSpec option) {
    return option.type() == boolean.class;
  }
}
