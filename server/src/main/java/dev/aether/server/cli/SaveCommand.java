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
    description = "Save one event and print where it is stored.",
    footer = {
      "",
      "On a version conflict, the exit code is 3 and standard error has the details as JSON.",
      "If the outcome is unknown, the exit code is 5 and standard error shows the command to run"
          + " next, which includes the commit id."
    })
final class SaveCommand implements Callable<Integer>, RunNext {
  private final Terminal terminal;

  @Mixin private ConnectionOptions connection = new ConnectionOptions();

  @Option(names = "--actor", paramLabel = "ID", required = true, description = "The actor's id.")
  private String actor = "";

  @Option(names = "--type", paramLabel = "T", required = true, description = "The event's type.")
  private String type = "";

  @Option(
      names = "--expect",
      paramLabel = "N|any|existing",
      defaultValue = "any",
      converter = Expectation.class,
      description =
          "The expected version: the actor's latest version as you know it, or 0 if it has no events."
              + " any: do not check the version. existing: only check that the actor has events."
              + " Default: ${DEFAULT-VALUE}")
  private ExpectedVersion expected = ExpectedVersion.any();

  @Option(
      names = "--commit-id",
      paramLabel = "ID",
      defaultValue = "",
      description =
          "An id for this save. If the same save is repeated with the same id, it is stored only"
              + " once. Default: a new UUID")
  private String commitId = "";

  @Option(
      names = "--data",
      paramLabel = "JSON|@FILE|-",
      defaultValue = "{}",
      description =
          "The event's data: JSON, @ and the name of a file to read, or - for standard input. Default:"
              + " ${DEFAULT-VALUE}")
  private String data = "{}";

  @Option(names = "--meta", paramLabel = "K=V", description = "A metadata entry. Can be repeated.")
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

  /** The same save with its commit id: it is stored only once and gets the first response again. */
  @Override
  public List<String> after(OutcomeUnknownException unknown, List<String> given) {
    if (!commitId.isEmpty()) {
      return given;
    }
    List<String> next = new ArrayList<>(given);
    next.addAll(List.of("--commit-id", unknown.commitId()));
    return next;
  }

  /** Parses --expect. */
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
        throw new TypeConversionException(
            "'" + text + "' is neither a version nor any or existing");
      }
    }
  }
}
