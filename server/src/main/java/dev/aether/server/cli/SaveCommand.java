package dev.aether.server.cli;

import dev.aether.client.AetherClient;
import dev.aether.client.ExpectedVersion;
import dev.aether.client.NewEvent;
import dev.aether.client.OutcomeUnknownException;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.ITypeConverter;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;
import picocli.CommandLine.TypeConversionException;

/** Saves one event. */
@Command(
    name = "save",
    description = "Saves one event and prints where it is stored.",
    footer = {
      "",
      "A version conflict ends with exit code 3 and its details as JSON on standard error.",
      "With --commit-id the same save can be sent again: it is stored once.",
      "If nobody can tell whether it is stored, exit code 5; the line to run next, with the"
          + " commit id, is on standard error."
    })
final class SaveCommand implements Callable<Integer>, RunNext {
  private final Terminal terminal;

  @Mixin private ConnectionOptions connection = new ConnectionOptions();

  @Option(names = "--actor", paramLabel = "ID", required = true, description = "The actor.")
  private String actor = "";

  @Option(names = "--type", paramLabel = "T", required = true, description = "What happened.")
  private String type = "";

  @Option(
      names = "--expect",
      paramLabel = "N|any|existing",
      defaultValue = "any",
      converter = Expectation.class,
      description =
          "The actor's latest version as you know it, 0 for none; any: whatever it is; existing:"
              + " any but none. Default: ${DEFAULT-VALUE}")
  private ExpectedVersion expected = ExpectedVersion.any();

  @Option(
      names = "--commit-id",
      paramLabel = "ID",
      defaultValue = "",
      description = "Names the save. Default: a new UUID")
  private String commitId = "";

  @Option(
      names = "--data",
      paramLabel = "JSON|@FILE|-",
      defaultValue = "{}",
      description = "The event's data; -: from standard input. Default: ${DEFAULT-VALUE}")
  private String data = "{}";

  @Option(names = "--meta", paramLabel = "K=V", description = "Metadata; may be repeated.")
  private Map<String, String> metadata = new LinkedHashMap<>();

  SaveCommand(Terminal terminal) {
    this.terminal = terminal;
  }

  @Override
  public Integer call() {
    NewEvent event =
        NewEvent.builder(type)
            .data(FlagData.read("--data", data, "", terminal.in()))
            .metadata(metadata)
            .build();
    dev.aether.client.SaveCommand save =
        dev.aether.client.SaveCommand.builder(actor, expected)
            .event(event)
            .commitId(commitId)
            .retry(!commitId.isEmpty())
            .build();
    try (AetherClient client = connection.connect()) {
      Output out = new Output(terminal.out());
      out.line(EventLines.of(client.save(save)));
      out.flush();
      return ExitCode.DONE;
    }
  }

  /** The same save under its commit id: it is stored once, and the answer is the first one. */
  @Override
  public List<String> after(OutcomeUnknownException unknown, List<String> given) {
    if (!commitId.isEmpty()) {
      return given;
    }
    List<String> next = new ArrayList<>(given);
    next.addAll(List.of("--commit-id", unknown.commitId()));
    return next;
  }

  /** Reads --expect. */
  private static final class Expectation implements ITypeConverter<ExpectedVersion> {
    @Override
    public ExpectedVersion convert(String text) {
      return switch (text) {
        case "any" -> ExpectedVersion.any();
        case "existing" -> ExpectedVersion.existing();
        default -> exactly(text);
      };
    }

    private static ExpectedVersion exactly(String text) {
      try {
        return new ExpectedVersion.Exactly(Versions.parse(text));
      } catch (NumberFormatException e) {
        throw new TypeConversionException("'" + text + "' is not a version, any or existing");
      }
    }
  }
}
