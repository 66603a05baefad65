package dev.aether.server.cli.json;

/** Text is not the expected JSON. The message is for people and can follow a line number. */
public final class JsonFault extends Exception {
  public JsonFault(String message) {
    super(message);
  }
}
