package dev.aether.server.cli;

import dev.aether.server.cli.SettingsFile.Setting;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Model.OptionSpec;

/**
 * What the file of {@code serve --config} says about options that are neither on the command line
 * nor in the environment. Its keys are the names of the options without {@code --}.
 */
final class ConfigFile {
  /** The option that names the file. */
  static final String FLAG = "--config";

  private static final String VARIABLE = "AETHER_CONFIG";

  private final Optional<SettingsFile> file;
  private @Nullable Map<String, Setting> settings;
  private Optional<String> fault = Optional.empty();

  /**
   * Finds the name of the file, without reading it.
   *
   * @param args of the whole command line, which may name the file
   */
  ConfigFile(Map<String, String> environment, List<String> args) {
    Optional<SettingsFile> ofVariable =
        Optional.ofNullable(environment.get(VARIABLE))
            .filter(name -> !name.isEmpty())
            .map(name -> new SettingsFile(Path.of(name), VARIABLE));
    this.file =
        Arguments.valueOf(FLAG, args)
            .map(name -> new SettingsFile(Path.of(name), FLAG))
            .or(() -> ofVariable);
  }

  /** The setting of an option; empty if it is not one of serve, or the file does not have it. */
  Optional<Setting> setting(OptionSpec option) {
    return EnvironmentDefaults.isOfServe(option) && isSetting(option)
        ? Optional.ofNullable(read(option.command()).get(key(option)))
        : Optional.empty();
  }

  /** Why the file cannot be used, if a value was asked for and it cannot. */
  Optional<String> fault() {
    return fault;
  }

  /** Whether the option may be in the file: hidden ones are secrets, others are not settings. */
  static boolean isSetting(OptionSpec option) {
    return !option.hidden()
        && EnvironmentDefaults.variable(option).isPresent()
        && !option.longestName().equals(FLAG);
  }

  /** The option's key in the file. */
  static String key(OptionSpec option) {
    return option.longestName().replaceFirst("^--", "");
  }

  /** Whether the option's value is a path. */
  static boolean isPath(OptionSpec option, String value) {
    return option.type() == Path.class
        || (option.paramLabel().equals("FILE|URL") && !value.contains("://"));
  }

  private Map<String, Setting> read(CommandSpec serve) {
    @Nullable Map<String, Setting> known = settings;
    if (known == null) {
      try {
        known = file.map(given -> checked(given, serve)).orElseGet(Map::of);
      } catch (UsageException e) {
        fault = Optional.ofNullable(e.getMessage());
        known = Map.of();
      }
      settings = known;
    }
    return known;
  }

  private static Map<String, Setting> checked(SettingsFile file, CommandSpec serve) {
    Map<String, Map<String, Setting>> sections = file.sections();
    if (sections.size() > 1) {
      throw new UsageException(
          file.path()
              + ": a configuration of serve has no [sections]; profiles of client commands do");
    }
    Map<String, Setting> checked = new LinkedHashMap<>();
    for (Setting setting : sections.values().iterator().next().values()) {
      @Nullable OptionSpec option = serve.optionsMap().get("--" + setting.key());
      if (option == null || !isSetting(option) || !key(option).equals(setting.key())) {
        throw new UsageException(
            setting.place()
                + ": unknown key '"
                + setting.key()
                + "'"
                + Suggestion.similar("--" + setting.key(), serve)
                    .map(flag -> ": did you mean " + flag.substring(2) + "?")
                    .orElse(""));
      }
      String value =
          isPath(option, setting.value()) ? file.resolved(setting.value()) : setting.value();
      checked.put(setting.key(), new Setting(setting.key(), value, setting.place()));
    }
    return checked;
  }
}
