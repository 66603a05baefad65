package dev.aether.client.internal.calls;

import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** The client's one logger, named as users would look for it. */
public final class Logs {
  public static final Logger CLIENT = LoggerFactory.getLogger("dev.aether.client");

  private Logs() {}
}
