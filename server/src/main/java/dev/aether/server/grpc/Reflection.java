package dev.aether.server.grpc;

import com.google.protobuf.DescriptorProtos.FileDescriptorProto;
import com.google.protobuf.Descriptors.DescriptorValidationException;
import com.google.protobuf.Descriptors.FileDescriptor;
import com.google.rpc.ErrorDetailsProto;
import io.grpc.BindableService;
import io.grpc.ServerServiceDefinition;
import io.grpc.ServiceDescriptor;
import io.grpc.protobuf.ProtoFileDescriptorSupplier;
import io.grpc.protobuf.services.ProtoReflectionService;
import io.grpc.protobuf.services.ProtoReflectionServiceV1;
import java.util.List;
import java.util.stream.Stream;

/**
 * Server reflection, so that tools like grpcurl need no proto files, not even for error details.
 */
final class Reflection {
  private Reflection() {}

  /** Both versions: Python's client and tools from before 2023 know only v1alpha. */
  @SuppressWarnings("deprecation") // v1alpha is deprecated, but still used.
  static List<BindableService> services() {
    return List.of(ProtoReflectionServiceV1.newInstance(), ProtoReflectionService.newInstance());
  }

  /**
   * Returns the service with a descriptor whose file imports google/rpc/error_details.proto.
   * Reflection serves the files of the services and their imports, but no file of the contract
   * imports the error details, since they are packed into an Any.
   */
  static ServerServiceDefinition withErrorDetails(ServerServiceDefinition service) {
    ServiceDescriptor declared = service.getServiceDescriptor();
    if (!(declared.getSchemaDescriptor() instanceof ProtoFileDescriptorSupplier schema)) {
      throw new IllegalArgumentException(declared.getName() + " is not described by a file");
    }
    FileDescriptor file = importing(schema.getFileDescriptor(), ErrorDetailsProto.getDescriptor());
    return ServiceDefinitions.withSchema(service, (ProtoFileDescriptorSupplier) () -> file);
  }

  private static FileDescriptor importing(FileDescriptor file, FileDescriptor imported) {
    FileDescriptorProto proto =
        file.toProto().toBuilder().addDependency(imported.getName()).build();
    FileDescriptor[] dependencies =
        Stream.concat(file.getDependencies().stream(), Stream.of(imported))
            .toArray(FileDescriptor[]::new);
    try {
      return FileDescriptor.buildFrom(proto, dependencies);
    } catch (DescriptorValidationException e) {
      throw new IllegalStateException(e); // The file was valid before the import was added.
    }
  }
}
