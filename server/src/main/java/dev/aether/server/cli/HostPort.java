package dev.aether.server.cli;

import picocli.CommandLine.ITypeConverter;
import picocli.CommandLine.TypeConversionException;

/**
 * The address of a server.
 *
 * @param host a name or an address, without the brackets of IPv6
 * @param port 0 to 65535; 0 means any free port to listen on
 */
record HostPort(String host, int port) {
  private static final int MAX_PORT = 65_535;

  /** Parses HOST:PORT or [IPV6]:PORT. */
  static HostPort parse(String text) {
    int colon = text.lastIndexOf(':');
    String host = text.substring(0, Math.max(colon, 0));
    boolean bracketed = host.startsWith("[") && host.endsWith("]");
    if (host.isEmpty() || (host.contains(":") && !bracketed)) {
      throw new TypeConversionException("'" + text + "' is not HOST:PORT");
    }
    return new HostPort(
        bracketed ? host.substring(1, host.length() - 1) : host,
        port(text, text.substring(colon + 1)));
  }

  private static int port(String text, String digits) {
    try {
      int port = Integer.parseInt(digits);
      if (port >= 0 && port <= MAX_PORT) {
        return port;
      }
    } catch (NumberFormatException e) {
      // Reported below.
    }
    throw new TypeConversionException("'" + text + "' has no port between 0 and " + MAX_PORT);
  }

  @Override
  public String toString() {
    return (host.contains(":") ? "[" + host + "]" : host) + ":" + port;
  }

  /** For picocli. */
  static final class Converter implements ITypeConverter<HostPort> {
    @Override
    public HostPort convert(String text) {
      return parse(text);
    }
  }
}
