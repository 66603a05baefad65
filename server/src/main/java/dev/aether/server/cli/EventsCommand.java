package dev.aether.server.cli;

import dev.aether.client.AetherClient;
import dev.aether.client.Event;
import dev.aether.client.ReadOptions;
import java.util.concurrent.Callable;
import java.util.stream.Stream;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/** Prints an actor's events. */
@Command(
    name = "events",
    description = "Print an actor's events, oldest first, one JSON object per line.")
final class EventsCommand implements Callable<Integer> {
  private final Terminal terminal;

  @Mixin private ConnectionOptions connection = new ConnectionOptions();

  @Parameters(paramLabel = "ACTOR", description = "The actor's id.")
  private String actor = "";

  @Option(
      names = "--from",
      paramLabel = "N",
      converter = Versions.class,
      description = "First version to print.")
  private long from;

  @Option(
      names = "--to",
      paramLabel = "N",
      converter = Versions.class,
      description = "Last version to print.")
  private long to;

  @Option(
      names = "--max",
      paramLabel = "N",
      converter = Versions.class,
      description = "Print at most N events.")
  private long max;

  @Option(
      names = "--backwards",
      arity = "0..1",
      paramLabel = "true|false",
      fallbackValue = "true",
      description = "Print the newest events first. --max then applies to the newest.")
  private boolean backwards;

  EventsCommand(Terminal terminal) {
    this.terminal = terminal;
  }

  @Override
  public Integer call() {
    ReadOptions options = options();
    try (AetherClient client = connection.connect();
        Stream<Event> events = client.events(actor, options)) {
      Output out = new Output(terminal.out());
      events.map(EventLines::of).forEach(out::line);
      out.flush();
      return ExitCode.DONE;
    }
  }

  private ReadOptions options() {
    if (to != 0 && Long.compareUnsigned(from, to) > 0) {
      throw new UsageException("--from is above --to");
    }
    return ReadOptions.builder()
        .fromVersion(from)
        .toVersion(to)
        .maxCount(max)
        .backwards(backwards)
        .build();
  }
}
