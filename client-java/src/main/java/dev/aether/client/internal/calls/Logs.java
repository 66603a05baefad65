package dev.aether.client.internal.calls;

import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** The client's logger, under the name that users look for. */
public final class Logs {
  public static final Logger CLIENT = LoggerFactory.getLogger("dev.aether.client");

  private Logs() {}
}
