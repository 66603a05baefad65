package dev.aether.server.cli;

import java.io.PrintWriter;
import java.nio.charset.StandardCharsets;
import java.util.Map;
import java.util.Optional;
import picocli.AutoComplete.GenerateCompletion;
import picocli.CommandLine;
import picocli.CommandLine.Model.OptionSpec;
import picocli.CommandLine.Model.UsageMessageSpec;

/** Builds and runs the command line. */
public final class CommandLines {
  /** The name of the program in messages and help. */
  static final String NAME = "aether";

  /** The launcher scripts set it to the name by which they were called. */
  private static final String PROGRAM_VARIABLE = "AETHER_PROGRAM";

  private CommandLines() {}

  /** Runs a command and returns the exit code of this process. */
  public static int run(String... args) {
    return execute(ProcessTerminal.open(), System.getenv(), args);
  }

  static int execute(Terminal terminal, Map<String, String> environment, String... args) {
    Optional<String> fault = new LocaleCheck(environment).fault(args);
    if (fault.isPresent()) {
      terminal.err().println("aether: " + fault.get());
      return ExitCode.USAGE;
    }
    return create(terminal, environment).execute(args);
  }

  static CommandLine create(Terminal terminal, Map<String, String> environment) {
    String program = environment.getOrDefault(PROGRAM_VARIABLE, NAME);
    VersionCommand version = new VersionCommand(terminal);
    CommandLine root =
        new CommandLine(new AetherCommand())
            .addSubcommand(new ServeCommand(terminal))
            .addSubcommand(new SaveCommand(terminal))
            .addSubcommand(new EventsCommand(terminal))
            .addSubcommand(new LatestCommand(terminal))
            .addSubcommand(new ActorsCommand(terminal))
            .addSubcommand(SnapshotCommand.create(terminal))
            .addSubcommand(NamespacesCommand.create(terminal))
            .addSubcommand(new SubscribeCommand(terminal))
            .addSubcommand(new ImportCommand(terminal))
            .addSubcommand(new ExportCommand(terminal))
            .addSubcommand(new DemoCommand(terminal, program))
            .addSubcommand(new HealthCommand(terminal))
            .addSubcommand(version)
            .addSubcommand(new GenerateCompletion());
    root.getCommandSpec().versionProvider(version);
    root.getCommandSpec().usageMessage().footer(AetherCommand.footer(program));
    Failures failures = new Failures(terminal.err(), program);
    root.setExpandAtFiles(false) // --data @FILE is ours.
        .setAbbreviatedOptionsAllowed(false)
        .setDefaultValueProvider(new EnvironmentDefaults(environment))
        .setExecutionExceptionHandler(failures)
        .setParameterExceptionHandler(failures)
        .setOut(new PrintWriter(terminal.out(), true, StandardCharsets.UTF_8))
        .setErr(new PrintWriter(terminal.err(), true, StandardCharsets.UTF_8));
    finish(root);
    return root;
  }

  private static void finish(CommandLine command) {
    command.getSubcommands().values().forEach(CommandLines::finish);
    boolean ours = !(command.getCommand() instanceof GenerateCompletion);
    if (ours) {
      command
          .getCommandSpec()
          .addOption(
              OptionSpec.builder("-h", "--help")
                  .usageHelp(true)
                  .description("Show this help.")
                  .build());
      command
          .getHelpSectionMap()
          .put(
              UsageMessageSpec.SECTION_KEY_FOOTER,
              help -> help.footer() + EnvironmentDefaults.help(help.commandSpec()));
    }
  }
}
