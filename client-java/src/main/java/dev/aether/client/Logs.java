package dev.aether.client;

import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** The client's one logger, named as users would look for it. */
final class Logs {
  static final Logger CLIENT = LoggerFactory.getLogger("dev.aether.client");

  private Logs() {}
}
