package dev.aether.server.cli.json;

/** Text is not the JSON it should be. The message is for people and fits behind a line number. */
public final class JsonFault extends Exception {
  public JsonFault(String message) {
    super(message);
  }
}
