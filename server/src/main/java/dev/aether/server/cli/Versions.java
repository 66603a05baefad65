package dev.aether.server.cli;

import picocli.CommandLine.ITypeConverter;
import picocli.CommandLine.TypeConversionException;

/** Versions and counts on the command line: the contract's uint64, in an unsigned long. */
final class Versions implements ITypeConverter<Long> {
  /**
   * The unsigned number.
   *
   * @throws NumberFormatException where the text is something else than digits, or above 2^64 - 1
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
