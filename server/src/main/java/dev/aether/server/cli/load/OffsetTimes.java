package dev.aether.server.cli.load;

import java.time.Instant;
import java.time.LocalDateTime;
import java.time.OffsetDateTime;
import java.time.ZoneOffset;

/**
 * Reads ISO 8601 times with an offset as {@link OffsetDateTime#parse} does. Those written as almost
 * all are, like {@code 2026-02-28T09:30:00.125+01:00}, are read without its formatter, which took a
 * fifth of reading a line.
 */
final class OffsetTimes {
  /** What a time is like, 0 standing for any digit: up to the second, and its offset. */
  private static final String SECOND = "0000-00-00T00:00:00";

  private static final String OFFSET = "00:00";
  private static final int MAX_FRACTION_DIGITS = 9;

  private OffsetTimes() {}

  /**
   * The instant that the text names.
   *
   * @throws java.time.DateTimeException when it names none
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

  /** Where the digits after the second end; the text's end where they aren't as they must be. */
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
