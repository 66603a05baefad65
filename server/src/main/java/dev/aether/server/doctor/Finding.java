package dev.aether.server.doctor;

/**
 * What a check found.
 *
 * @param subject what was checked, in a few words
 * @param found as text for people
 * @param advice what to do; empty if nothing
 */
public record Finding(Level level, String subject, String found, String advice) {
  /** How bad it is. */
  public enum Level {
    OK,
    /** It works, but not as well or as safely as it could. */
    WARN,
    /** It does not work, or loses data in a foreseeable case. */
    FAIL
  }

  static Finding ok(String subject, String found) {
    return new Finding(Level.OK, subject, found, "");
  }

  static Finding warn(String subject, String found, String advice) {
    return new Finding(Level.WARN, subject, found, advice);
  }

  public static Finding fail(String subject, String found, String advice) {
    return new Finding(Level.FAIL, subject, found, advice);
  }
}
