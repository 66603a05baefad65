package dev.aether.server.cli;

import dev.aether.client.AetherClient;
import dev.aether.client.Cursor;
import dev.aether.client.CursorExpiredException;
import dev.aether.client.CursorUnknownException;
import dev.aether.client.SubscribeOptions;
import dev.aether.client.Subscription;
import dev.aether.client.SubscriptionStart;
import dev.aether.server.grpc.tokens.CursorCodec;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.concurrent.Callable;
import java.util.concurrent.CompletableFuture;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.ITypeConverter;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.TypeConversionException;

/** Prints events as they are stored. */
@Command(
    name = "subscribe",
    description =
        "Print events as they are stored on any node, one JSON object per line, until Ctrl-C.",
    footer = {
      "",
      "NAMESPACES and PATTERN consist of tokens separated by dots: * matches exactly one token, and >,"
          + " which may only be the last token, one or more.",
      "If the connection is lost, the command reconnects, to another node of --server if there are"
          + " several. Each event is printed once.",
      "When the command ends, it prints on standard error how to continue. With --cursor-file, the"
          + " next run continues by itself. If a run is killed, the next one may print the events of"
          + " the last second again, but skips none."
    })
final class SubscribeCommand implements Callable<Integer> {
  private final Terminal terminal;

  @Mixin private ConnectionOptions connection = new ConnectionOptions();

  @Parameters(
      arity = "0..1",
      paramLabel = "NAMESPACES",
      description = "The namespaces to subscribe to. Default: that of --namespace")
  private @Nullable String pattern;

  @Option(
      names = "--start",
      paramLabel = "live|beginning|CURSOR",
      converter = Start.class,
      description = "Where to start. Default: live, or beginning with --until-caught-up")
  private @Nullable SubscriptionStart start;

  @Option(
      names = "--type",
      paramLabel = "T",
      description = "Only print commits that contain an event of this type. Can be repeated.")
  private List<String> types = new ArrayList<>();

  @Option(
      names = "--actor",
      paramLabel = "PATTERN",
      defaultValue = "",
      description = "Only print commits of actors whose id matches PATTERN.")
  private String actorPattern = "";

  @Option(
      names = "--stored-only",
      arity = "0..1",
      paramLabel = "true|false",
      fallbackValue = "true",
      description = "Print only notices that events were stored, without their data.")
  private boolean storedOnly;

  @Option(
      names = "--until-caught-up",
      arity = "0..1",
      paramLabel = "true|false",
      fallbackValue = "true",
      description = "Stop when everything that was stored before the start has been printed.")
  private boolean untilCaughtUp;

  @Option(
      names = "--cursor-file",
      paramLabel = "FILE",
      description =
          "Store the cursor of the last printed event in FILE. If FILE exists, resume from it and"
              + " ignore --start.")
  private @Nullable Path cursorFile;

  @Option(
      names = "--report-corrupt",
      arity = "0..1",
      paramLabel = "true|false",
      fallbackValue = "true",
      description =
          "Report records that cannot be decoded and continue, instead of stopping at the first one.")
  private boolean reportCorrupt;

  SubscribeCommand(Terminal terminal) {
    this.terminal = terminal;
  }

  @Override
  public Integer call() throws InterruptedException {
    Optional<CursorFile> kept = Optional.ofNullable(cursorFile).map(CursorFile::new);
    kept.ifPresent(CursorFile::checkWritable);
    SubscriptionPrinter printer =
        new SubscriptionPrinter(
            new Output(terminal.out()), terminal.err(), untilCaughtUp, ServerOptions.PATIENCE);
    SubscribeOptions options = options(kept.flatMap(CursorFile::read));
    try (AetherClient client = connection.connectPatiently();
        Subscription subscription = client.subscribe(options, printer);
        CursorKeeper keeper = CursorKeeper.start(kept, printer);
        AtShutdown interrupted = AtShutdown.run(() -> end(subscription, printer, keeper))) {
      sayIfNothingMatches(client);
      printer.awaitEnd();
      interrupted.close();
      end(subscription, printer, keeper);
      printer.throwFailure();
      return ExitCode.DONE;
    } catch (CursorUnknownException | CursorExpiredException e) {
      if (kept.isEmpty()) {
        throw e;
      }
      throw new CommandFailedException(
          String.format(
              Locale.ROOT,
              "%s: %s. Remove the file to start at --start",
              cursorFile,
              e.getMessage()),
          e);
    }
  }

  /**
   * Reports a pattern that matches nothing yet, since a mistyped name looks like a namespace that
   * will be created later. Never waits.
   */
  private void sayIfNothingMatches(AetherClient client) {
    String namespaces = pattern == null ? connection.namespace() : pattern;
    CompletableFuture<Void> unused =
        client
            .async()
            .namespaces()
            .page(namespaces, 0, "")
            .thenAccept(
                page -> {
                  if (page.namespaces().isEmpty() && page.nextPageToken().isEmpty()) {
                    terminal.err().println("aether: no namespace matches " + namespaces + " yet");
                  }
                });
  }

  private void end(Subscription subscription, SubscriptionPrinter printer, CursorKeeper keeper) {
    subscription.close();
    printer.stop();
    keeper.close();
    Optional<Cursor> cursor = printer.printed();
    if (cursor.isPresent() && !printer.readerHasGone()) {
      terminal
          .err()
          .println(
              "To continue: "
                  + (cursorFile == null
                      ? "--start " + cursor.get()
                      : "--cursor-file " + cursorFile));
    }
  }

  private SubscribeOptions options(Optional<Cursor> kept) {
    SubscribeOptions.Builder options =
        SubscribeOptions.builder(
                kept.<SubscriptionStart>map(SubscriptionStart::after).orElseGet(this::start))
            .eventTypes(types)
            .actorPattern(actorPattern)
            .storedOnly(storedOnly)
            .reportCorrupt(reportCorrupt);
    if (pattern != null) {
      options.namespacePattern(pattern);
    }
    return options.build();
  }

  /** A live subscription has nothing to catch up with. */
  private SubscriptionStart start() {
    if (start != null) {
      return start;
    }
    return untilCaughtUp ? SubscriptionStart.beginning() : SubscriptionStart.live();
  }

  /** Parses --start. */
  private static final class Start implements ITypeConverter<SubscriptionStart> {
    @Override
    public SubscriptionStart convert(String text) {
      return switch (text) {
        case "live" -> SubscriptionStart.live();
        case "beginning" -> SubscriptionStart.beginning();
        case "" -> throw new TypeConversionException("the cursor is empty");
        default -> {
          if (!CursorCodec.isCursor(text)) {
            throw new TypeConversionException(
                "'" + text + "' is neither live nor beginning nor a cursor");
          }
          yield SubscriptionStart.after(Cursor.of(text));
        }
      };
    }
  }
}
