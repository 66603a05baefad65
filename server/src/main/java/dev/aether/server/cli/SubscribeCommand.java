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

/** Prints what is stored, as it is stored. */
@Command(
    name = "subscribe",
    description = "Prints what is stored on any node, one JSON object a line, until Ctrl-C.",
    footer = {
      "",
      "NAMESPACES is a pattern, as is that of --actor: tokens joined by dots; * is one whole token, > one or more and only last.",
      "A lost connection is made again, to another node of --server if there are several; each"
          + " event is printed once.",
      "At its end it says on standard error with which cursor to continue. With --cursor-file the"
          + " next run continues by itself: what was printed when a run was killed less than a"
          + " second before may be printed again, and nothing is left out."
    })
final class SubscribeCommand implements Callable<Integer> {
  private final Terminal terminal;

  @Mixin private ConnectionOptions connection = new ConnectionOptions();

  @Parameters(
      arity = "0..1",
      paramLabel = "NAMESPACES",
      description = "The namespaces to follow. Default: the one of --namespace")
  private @Nullable String pattern;

  @Option(
      names = "--start",
      paramLabel = "live|beginning|CURSOR",
      converter = Start.class,
      description = "Where to begin. Default: live; with --until-caught-up: beginning")
  private @Nullable SubscriptionStart start;

  @Option(
      names = "--type",
      paramLabel = "T",
      description = "Only commits with an event of this type; may be repeated.")
  private List<String> types = new ArrayList<>();

  @Option(
      names = "--actor",
      paramLabel = "PATTERN",
      defaultValue = "",
      description = "Only commits of these actors.")
  private String actorPattern = "";

  @Option(
      names = "--stored-only",
      arity = "0..1",
      paramLabel = "true|false",
      fallbackValue = "true",
      description = "Only that events were stored, without their data.")
  private boolean storedOnly;

  @Option(
      names = "--until-caught-up",
      arity = "0..1",
      paramLabel = "true|false",
      fallbackValue = "true",
      description = "End when everything stored before the start is printed.")
  private boolean untilCaughtUp;

  @Option(
      names = "--cursor-file",
      paramLabel = "FILE",
      description =
          "Keeps in FILE up to where events are printed. Where it is there already, goes on from"
              + " it and takes no notice of --start.")
  private @Nullable Path cursorFile;

  @Option(
      names = "--report-corrupt",
      arity = "0..1",
      paramLabel = "true|false",
      fallbackValue = "true",
      description = "Say which records can't be decoded and go on, instead of ending at the first.")
  private boolean reportCorrupt;

  SubscribeCommand(Terminal terminal) {
    this.terminal = terminal;
  }

  @Override
  public Integer call() throws InterruptedException {
    Optional<CursorFile> kept = Optional.ofNullable(cursorFile).map(CursorFile::new);
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
              Locale.ROOT, "%s: %s. Remove it to begin at --start", cursorFile, e.getMessage()),
          e);
    }
  }

  /** A name with a slip in it is waited for like one that nobody has made yet. Never waits. */
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

  /** Live there is nothing to catch up with. */
  private SubscriptionStart start() {
    if (start != null) {
      return start;
    }
    return untilCaughtUp ? SubscriptionStart.beginning() : SubscriptionStart.live();
  }

  /** Reads --start. */
  private static final class Start implements ITypeConverter<SubscriptionStart> {
    @Override
    public SubscriptionStart convert(String text) {
      return switch (text) {
        case "live" -> SubscriptionStart.live();
        case "beginning" -> SubscriptionStart.beginning();
        case "" -> throw new TypeConversionException("an empty cursor");
        default -> {
          if (!CursorCodec.isCursor(text)) {
            throw new TypeConversionException("'" + text + "' is not live, beginning or a cursor");
          }
          yield SubscriptionStart.after(Cursor.of(text));
        }
      };
    }
  }
}
