package dev.aether.server.cli;

import java.io.IOException;
import java.nio.charset.CharacterCodingException;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.regex.Pattern;

/**
 * A file with settings: a line is {@code KEY = VALUE}, {@code [NAME]}, which begins a section, or
 * empty. A {@code #} at the beginning of a line or after white space begins a comment.
 */
final class SettingsFile {
  private static final Pattern COMMENT = Pattern.compile("(^|\\s)#.*$");

  private final Path path;
  private final String namedBy;

  /**
   * Names a file, without reading it.
   *
   * @param namedBy the option or variable that names the file, for the message if it is missing
   */
  SettingsFile(Path path, String namedBy) {
    this.path = path;
    this.namedBy = namedBy;
  }

  /**
   * A value and where it stands.
   *
   * @param key never empty
   * @param value never empty
   * @param place the file and the line: FILE:LINE
   */
  record Setting(String key, String value, String place) {}

  Path path() {
    return path;
  }

  /**
   * Reads the file. The settings before the first section are those of the section "".
   *
   * @return the settings by their keys, by section, in the order of the file
   * @throws UsageException if the file cannot be read or used; the message names the line
   */
  Map<String, Map<String, Setting>> sections() {
    Map<String, Map<String, Setting>> sections = new LinkedHashMap<>();
    Map<String, Setting> current = new LinkedHashMap<>();
    sections.put("", current);
    int number = 0;
    for (String text : lines()) {
      number++;
      String place = path + ":" + number;
      String line = COMMENT.matcher(text).replaceFirst("").strip();
      if (line.startsWith("[") && line.endsWith("]")) {
        current = new LinkedHashMap<>();
        String name = line.substring(1, line.length() - 1).strip();
        if (sections.putIfAbsent(name, current) != null) {
          throw new UsageException(place + ": a second [" + name + "]");
        }
      } else if (!line.isEmpty()) {
        Setting setting = setting(line, place);
        if (current.put(setting.key(), setting) != null) {
          throw new UsageException(place + ": a second " + setting.key());
        }
      }
    }
    return sections;
  }

  /** A path in the file is relative to the folder of the file. */
  String resolved(String other) {
    return path.toAbsolutePath().resolveSibling(other).normalize().toString();
  }

  private static Setting setting(String line, String place) {
    int sign = line.indexOf('=');
    if (sign <= 0) {
      throw new UsageException(place + ": neither KEY = VALUE nor [NAME]");
    }
    String key = line.substring(0, sign).strip();
    String value = line.substring(sign + 1).strip();
    if (value.isEmpty()) {
      throw new UsageException(place + ": " + key + " has no value");
    }
    if (value.length() > 1 && value.startsWith("\"") && value.endsWith("\"")) {
      throw new UsageException(place + ": write the value of " + key + " without quotes");
    }
    return new Setting(key, value, place);
  }

  private List<String> lines() {
    try {
      return Files.readAllLines(path);
    } catch (NoSuchFileException e) {
      throw new UsageException(namedBy + ": there is no file " + path);
    } catch (CharacterCodingException e) {
      throw new UsageException(path + " is not UTF-8");
    } catch (IOException e) {
      throw new UsageException("cannot read " + path + ": " + e.getMessage());
    }
  }
}
