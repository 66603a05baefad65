package dev.aether.server.security;

/** A certificate that this node presents, from a file that may be renewed. Thread-safe. */
public interface OwnCertificate {
  /**
   * Reads the files again if they have changed. Blocks meanwhile.
   *
   * @return whether there is a new certificate
   */
  boolean refresh();

  /** How long the certificate can be used that was read last. */
  Validity validity();
}
