package dev.aether.server.cli.load;

import java.time.Instant;
import java.time.LocalDateTime;
import java.time.OffsetDateTime;
import java.time.ZoneOffset;

/**
 * Parses ISO 8601 times with an offset like {@link OffsetDateTime#parse}. The most common form,
 * such as {@code 2026-02-28T09:30:00.125+01:00}, is parsed without its formatter, which took a
 * fifth of the time for a line.
 */
final class OffsetTimes {
  /** The form of a time up to the second, and of its offset, where 0 stands for any digit. */
  private static final String SECOND = "0000-00-00T00:00:00";

  private static final String OFFSET = "00:00";
  private static final int MAX_FRACTION_DIGITS = 9;

  private OffsetTimes() {}

  /**
   * Parses a time.
   *
   * @throws java.time.DateTimeException if the text is not a time
   */
  static Instant parse(String text) {
    int zoneAt = isLike(SECOND, text, 0) ? fractionEnd(text) : text.length();
    int left = text.length() - zoneAt;
    if (left == 1 && text.charAt(zoneAt) == 'Z') {
      return local(text, zoneAt).toInstant(ZoneOffset.UTC);
    }
    char sign = left == 1 + OFFSET.length() ? text.charAt(zoneAt) : ' ';
    if ((sign == '+' || sign == '-') && isLike(OFFSET, text, zoneAt + 1)) {
      return local(text, zoneAt).toInstant(offset(text, zoneAt + 1, sign == '+' ? 1 : -1));
    }
    return OffsetDateTime.parse(text).toInstant();
  }

  /** The end of the digits after the second; the end of the text if they are invalid. */
  private static int fractionEnd(String text) {
    int at = SECOND.length();
    if (!isLike(".0", text, at)) {
      return at;
    }
    int end = at + 1;
    while (isLike("0", text, end)) {
      end++;
    }
    return end - at - 1 <= MAX_FRACTION_DIGITS ? end : text.length();
  }

  private static boolean isLike(String shape, String text, int at) {
    if (text.length() - at < shape.length()) {
      return false;
    }
    for (int i = 0; i < shape.length(); i++) {
      char wanted = shape.charAt(i);
      char c = text.charAt(at + i);
      if (wanted == '0' ? c < '0' || c > '9' : c != wanted) {
        return false;
      }
    }
    return true;
  }

  private static LocalDateTime local(String text, int fractionEnd) {
    return LocalDateTime.of(
        number(text, 0, 4),
        number(text, 5, 2),
        number(text, 8, 2),
        number(text, 11, 2),
        number(text, 14, 2),
        number(text, 17, 2),
        nanos(text, fractionEnd));
  }

  private static int nanos(String text, int fractionEnd) {
    int digits = Math.max(fractionEnd - SECOND.length() - 1, 0);
    int nanos = number(text, SECOND.length() + 1, digits);
    for (int i = digits; i < MAX_FRACTION_DIGITS; i++) {
      nanos *= 10;
    }
    return nanos;
  }

  private static ZoneOffset offset(String text, int at, int sign) {
    return ZoneOffset.ofHoursMinutes(sign * number(text, at, 2), sign * number(text, at + 3, 2));
  }

  private static int number(String text, int at, int digits) {
    int number = 0;
    for (int i = at; i < at + digits; i++) {
      number = number * 10 + text.charAt(i) - '0';
    }
    return number;
  }
}
