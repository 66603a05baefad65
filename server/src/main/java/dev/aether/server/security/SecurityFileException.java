package dev.aether.server.security;

/** A file with certificates, tokens or rules cannot be used. The message names the file and why. */
public final class SecurityFileException extends RuntimeException {
  private static final long serialVersionUID = 1L;

  SecurityFileException(String message) {
    super(message);
  }

  SecurityFileException(String message, Throwable cause) {
    super(message, cause);
  }
}
