package dev.aether.server.cli;

import picocli.CommandLine.ITypeConverter;
import picocli.CommandLine.TypeConversionException;

/** Parses versions and counts, which are uint64 in the contract, into an unsigned long. */
final class Versions implements ITypeConverter<Long> {
  /**
   * Parses an unsigned number.
   *
   * @throws NumberFormatException if the text does not consist of digits, or the number exceeds
   *     2^64 - 1
   */
  static long parse(String text) {
    if (text.startsWith("+")) {
      throw new NumberFormatException(text);
    }
    return Long.parseUnsignedLong(text);
  }

  @Override
  public Long convert(String text) {
    try {
      return parse(text);
    } catch (NumberFormatException e) {
      throw new TypeConversionException("'" + text + "' is not a whole number from 0 to 2^64 - 1");
    }
  }
}
