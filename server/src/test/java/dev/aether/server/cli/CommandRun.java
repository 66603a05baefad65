package dev.aether.server.cli;

import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.InputStream;
import java.io.OutputStream;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.Map;

/**
 * A command that was run in this process with streams of its own.
 *
 * @param exitCode as the shell would see it
 * @param out standard output
 * @param err standard error
 */
record CommandRun(int exitCode, String out, String err) {

  static CommandRun of(String... args) {
    return withInput("", args);
  }

  static CommandRun withInput(String in, String... args) {
    return run(in, Map.of(), args);
  }

  static CommandRun withEnvironment(Map<String, String> environment, String... args) {
    return run("", environment, args);
  }

  /** Its standard output goes elsewhere. */
  static CommandRun into(OutputStream out, String... args) {
    return run("", Map.of(), out, args);
  }

  private static CommandRun run(String in, Map<String, String> environment, String... args) {
    return run(in, environment, new ByteArrayOutputStream(), args);
  }

  private static CommandRun run(
      String in, Map<String, String> environment, OutputStream out, String... args) {
    ByteArrayOutputStream err = new ByteArrayOutputStream();
    Terminal terminal =
        new Terminal(
            new ByteArrayInputStream(in.getBytes(StandardCharsets.UTF_8)),
            out,
            new PrintStream(err, true, StandardCharsets.UTF_8),
            file -> false);
    int exitCode = CommandLines.execute(terminal, environment, args);
    return new CommandRun(
        exitCode,
        out instanceof ByteArrayOutputStream kept ? kept.toString(StandardCharsets.UTF_8) : "",
        err.toString(StandardCharsets.UTF_8));
  }

  /** A terminal without input, whose output is lost. */
  static Terminal nowhere() {
    return new Terminal(
        InputStream.nullInputStream(),
        OutputStream.nullOutputStream(),
        new PrintStream(OutputStream.nullOutputStream()),
        file -> false);
  }

  /** Standard output's lines. */
  List<String> lines() {
    return out.lines().toList();
  }
}
