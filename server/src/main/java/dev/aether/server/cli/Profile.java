package dev.aether.server.cli;

import dev.aether.server.cli.SettingsFile.Setting;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermission;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Model.OptionSpec;

/**
 * What a user's file says about the options of client commands that are neither on the command line
 * nor in the environment. A line is {@code KEY = VALUE}; the lines below {@code [NAME]} are those
 * of the profile NAME, and the lines before them are in use if no profile is chosen.
 */
final class Profile {
  /** Names another file. */
  static final String FILE_VARIABLE = "AETHER_CLIENT_CONFIG";

  private static final String FLAG = "--profile";
  private static final String VARIABLE = "AETHER_PROFILE";
  private static final String TOKEN = "token";
  private static final Set<String> FILES = Set.of("tls-ca", "tls-cert", "tls-key", "token-file");
  private static final Set<String> OTHERS = Set.of("server", "namespace", "tls", TOKEN);

  private final Map<String, String> environment;
  private final String name;
  private @Nullable Map<String, Setting> settings;
  private Optional<String> fault = Optional.empty();

  /**
   * Creates a profile, without reading its file.
   *
   * @param args of the whole command line, which may choose the profile
   */
  Profile(Map<String, String> environment, List<String> args) {
    this.environment = environment;
    this.name = Arguments.valueOf(FLAG, args).orElse(environment.getOrDefault(VARIABLE, ""));
  }

  /** The setting of an option; empty if it is not one of a client, or the file does not have it. */
  Optional<Setting> setting(OptionSpec option) {
    String key = ConfigFile.key(option);
    boolean isKnown = FILES.contains(key) || OTHERS.contains(key);
    if (!isKnown || !isOfClient(option)) {
      return Optional.empty();
    }
    if (key.equals("token-file") && set("AETHER_TOKEN").isPresent()) {
      return Optional.empty(); // The environment wins, also with the token itself.
    }
    return Optional.ofNullable(read().get(key));
  }

  private static boolean isOfClient(OptionSpec option) {
    return option.command().mixins().values().stream()
        .filter(mixin -> mixin.userObject() instanceof ServerOptions)
        .anyMatch(mixin -> mixin.findOption(option.longestName()) != null);
  }

  /** Why the file cannot be used, if a value was asked for and it cannot. */
  Optional<String> fault() {
    return fault;
  }

  private Map<String, Setting> read() {
    @Nullable Map<String, Setting> known = settings;
    if (known == null) {
      try {
        known = load();
      } catch (UsageException e) {
        fault = Optional.ofNullable(e.getMessage());
        known = Map.of();
      }
      settings = known;
    }
    return known;
  }

  private Map<String, Setting> load() {
    Optional<SettingsFile> file = file();
    Map<String, Map<String, Setting>> profiles =
        file.map(this::profiles).orElseGet(() -> Map.of("", Map.of()));
    @Nullable Map<String, Setting> profile = profiles.get(name);
    if (profile == null) {
      throw new UsageException(
          "there is no profile [" + name + "]" + file.map(from -> " in " + from.path()).orElse(""));
    }
    return profile;
  }

  private Optional<SettingsFile> file() {
    return set(FILE_VARIABLE)
        .map(Path::of)
        .or(
            () ->
                set("XDG_CONFIG_HOME")
                    .map(Path::of)
                    .or(() -> set("HOME").map(home -> Path.of(home, ".config")))
                    .map(folder -> folder.resolve("aether").resolve("config"))
                    .filter(Files::exists))
        .map(path -> new SettingsFile(path, FILE_VARIABLE));
  }

  private Optional<String> set(String variable) {
    return Optional.ofNullable(environment.get(variable)).filter(value -> !value.isEmpty());
  }

  /** All profiles are checked, so that a fault is found before its profile is needed. */
  private Map<String, Map<String, Setting>> profiles(SettingsFile file) {
    Map<String, Map<String, Setting>> profiles = file.sections();
    for (Map<String, Setting> profile : profiles.values()) {
      profile.replaceAll((key, setting) -> checked(setting, file));
      @Nullable Setting token = profile.get(TOKEN);
      @Nullable Setting tokenFile = profile.get("token-file");
      if (token != null && tokenFile != null) {
        throw new UsageException(tokenFile.place() + ": use token or token-file, not both");
      }
    }
    return profiles;
  }

  private Setting checked(Setting setting, SettingsFile file) {
    String key = setting.key();
    if (!FILES.contains(key) && !OTHERS.contains(key)) {
      throw new UsageException(
          setting.place()
              + ": unknown key '"
              + key
              + "': use server, namespace, tls, tls-ca, tls-cert, tls-key,"
              + " token-file or token");
    }
    if (key.equals(TOKEN)) {
      checkOnlyOwnerReads(file.path());
    }
    return FILES.contains(key)
        ? new Setting(key, resolved(file, setting.value()), setting.place())
        : setting;
  }

  /** Relative to the file's folder, or to the user's home. */
  private String resolved(SettingsFile file, String path) {
    Optional<String> home = set("HOME");
    return path.startsWith("~/") && home.isPresent()
        ? Path.of(home.get(), path.substring(2)).toString()
        : file.resolved(path);
  }

  private static void checkOnlyOwnerReads(Path file) {
    Set<PosixFilePermission> permissions;
    try {
      permissions = Files.getPosixFilePermissions(file);
    } catch (UnsupportedOperationException e) {
      return; // not on this system
    } catch (IOException e) {
      throw new UsageException("cannot read the permissions of " + file + ": " + e.getMessage());
    }
    if (permissions.contains(PosixFilePermission.GROUP_READ)
        || permissions.contains(PosixFilePermission.OTHERS_READ)) {
      throw new UsageException(
          file + " has a token, and other users can read it: run chmod 600 " + file);
    }
  }
}
