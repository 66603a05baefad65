package dev.aether.server.cli;

import java.io.IOException;
import java.nio.charset.CharacterCodingException;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermission;
import java.util.HashMap;
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
  static final String FILE_VARIABLE = "AETHER_CONFIG";

  private static final String FLAG = "--profile";
  private static final String VARIABLE = "AETHER_PROFILE";
  private static final String TOKEN = "token";
  private static final Set<String> FILES = Set.of("tls-ca", "tls-cert", "tls-key", "token-file");
  private static final Set<String> OTHERS = Set.of("server", "namespace", "tls", TOKEN);

  private final Map<String, String> environment;
  private final String name;
  private @Nullable Map<String, String> values;
  private Optional<String> fault = Optional.empty();

  /**
   * Creates a profile, without reading its file.
   *
   * @param args of the whole command line, which may choose the profile
   */
  Profile(Map<String, String> environment, List<String> args) {
    this.environment = environment;
    this.name = chosen(args).orElse(environment.getOrDefault(VARIABLE, ""));
  }

  /** picocli asks for defaults before it parses. */
  private static Optional<String> chosen(List<String> args) {
    for (int i = 0; i < args.size() && !args.get(i).equals("--"); i++) {
      String arg = args.get(i);
      if (arg.startsWith(FLAG + "=")) {
        return Optional.of(arg.substring(FLAG.length() + 1));
      }
      if (arg.equals(FLAG) && i + 1 < args.size()) {
        return Optional.of(args.get(i + 1));
      }
    }
    return Optional.empty();
  }

  /** The value of an option; empty if it is not one of a client, or the file does not have it. */
  Optional<String> value(OptionSpec option) {
    String key = option.longestName().replaceFirst("^--", "");
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

  private Map<String, String> read() {
    @Nullable Map<String, String> known = values;
    if (known == null) {
      try {
        known = load();
      } catch (UsageException e) {
        fault = Optional.ofNullable(e.getMessage());
        known = Map.of();
      }
      values = known;
    }
    return known;
  }

  private Map<String, String> load() {
    Optional<Path> file = file();
    Map<String, Map<String, String>> profiles =
        file.map(this::profiles).orElseGet(() -> Map.of("", Map.of()));
    @Nullable Map<String, String> profile = profiles.get(name);
    if (profile == null) {
      throw new UsageException(
          "there is no profile [" + name + "]" + file.map(path -> " in " + path).orElse(""));
    }
    return profile;
  }

  private Optional<Path> file() {
    return set(FILE_VARIABLE)
        .map(Path::of)
        .or(
            () ->
                set("XDG_CONFIG_HOME")
                    .map(Path::of)
                    .or(() -> set("HOME").map(home -> Path.of(home, ".config")))
                    .map(folder -> folder.resolve("aether").resolve("config"))
                    .filter(Files::exists));
  }

  private Optional<String> set(String variable) {
    return Optional.ofNullable(environment.get(variable)).filter(value -> !value.isEmpty());
  }

  private Map<String, Map<String, String>> profiles(Path file) {
    Map<String, Map<String, String>> profiles = new HashMap<>();
    Map<String, String> current = new HashMap<>();
    profiles.put("", current);
    int number = 0;
    for (String text : lines(file)) {
      number++;
      String at = file + ":" + number + ": ";
      String line = text.strip();
      if (line.isEmpty() || line.startsWith("#")) {
        continue;
      }
      if (line.startsWith("[") && line.endsWith("]")) {
        current = new HashMap<>();
        String section = line.substring(1, line.length() - 1).strip();
        if (profiles.putIfAbsent(section, current) != null) {
          throw new UsageException(at + "a second [" + section + "]");
        }
        continue;
      }
      int sign = line.indexOf('=');
      if (sign < 0) {
        throw new UsageException(at + "neither KEY = VALUE nor [PROFILE]");
      }
      add(current, at, line.substring(0, sign).strip(), line.substring(sign + 1).strip(), file);
    }
    return profiles;
  }

  private void add(Map<String, String> profile, String at, String key, String value, Path file) {
    if (!FILES.contains(key) && !OTHERS.contains(key)) {
      throw new UsageException(
          at
              + "unknown key '"
              + key
              + "': use server, namespace, tls, tls-ca, tls-cert, tls-key,"
              + " token-file or token");
    }
    if (value.isEmpty()) {
      throw new UsageException(at + key + " has no value");
    }
    if (key.equals(TOKEN)) {
      checkOnlyOwnerReads(file);
    }
    if (profile.put(key, FILES.contains(key) ? resolved(file, value) : value) != null) {
      throw new UsageException(at + "a second " + key);
    }
    if (profile.containsKey(TOKEN) && profile.containsKey("token-file")) {
      throw new UsageException(at + "use token or token-file, not both");
    }
  }

  /** Relative to the file's folder. */
  private String resolved(Path file, String path) {
    Optional<String> home = set("HOME");
    if (path.startsWith("~/") && home.isPresent()) {
      return Path.of(home.get(), path.substring(2)).toString();
    }
    return file.toAbsolutePath().resolveSibling(path).toString();
  }

  private static List<String> lines(Path file) {
    try {
      return Files.readAllLines(file);
    } catch (NoSuchFileException e) {
      throw new UsageException(FILE_VARIABLE + ": there is no file " + file);
    } catch (CharacterCodingException e) {
      throw new UsageException(file + " is not UTF-8");
    } catch (IOException e) {
      throw new UsageException("cannot read " + file + ": " + e.getMessage());
    }
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
