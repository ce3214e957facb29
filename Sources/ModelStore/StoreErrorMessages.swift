import ModelLibrary
import Wording

extension StoreError: Explained {
  public var message: Message {
    switch self {
    case .noSuchFile(let path): "\(path): no such file"
    case .noSuchFolder(let path): "\(path): no such folder"
    case .notANetwork(let file):
      """
      \(file): neither a ResShift UNet nor a VQ autoencoder by its tensors; import the files of a ResShift model
      """
    case .secondNetwork(let file, .unet): "\(file): a second unet; import the files of one model at a time"
    case .secondNetwork(let file, .autoencoder):
      "\(file): a second autoencoder; import the files of one model at a time"
    case .secondNetwork(let file, .start):
      "\(file): a second start network; import the files of one model at a time"
    case .unknownStart(let file):
      "\(file): a start network that belongs to no known model; import it together with its UNet"
    case .unknownAutoencoder(let file):
      "\(file): an autoencoder that belongs to no known model; import it together with its UNet"
    case .nameNeeded(let file):
      "\(file): a model of your own, as no known one has these tensors; name it with --name"
    case .notAFolderName(let name): "\"\(name)\" is no name for a model's folder; give another --name"
    case .severalModels(let file, let models):
      "\(file): these tensors are the same in \(models.joined(separator: ", ")); say which it is with --name"
    case .alreadyInstalled(let model, let folder):
      "\(model) is installed already in \(folder); replace it with --force"

    case .licenceNotAccepted(let model, let licence):
      "\(model) is under the \(licence); read it, then run again with --accept-licence"
    case .noAddress(let model, let file):
      "model.json of \(model) does not say where to get \(file); import the file instead"
    case .diskFull(let folder, let needed, let free):
      "\(folder): \(Amount.bytes(needed)) more are needed, \(Amount.bytes(free)) are free; make room"
    case .tooLong(let url, let model): "\(url): longer than the file of \(model) can be; check the address"
    case .notOfThisModel(let model, let problem): "what came is not a file of \(model): \(problem)"
    case .inUse(let target): "\(target): another program is downloading this file; wait for it"
    case .refused(let url, let problem): "\(url): \(problem); check the address, the proxy and the certificates"
    case .interrupted(let url, let problem): "\(url): \(problem); the same command goes on from here"

    case .missing(let file, .download(let model)):
      "\(file): is missing; get it again with resshift models download \(model) --force"
    case .missing(let file, .importFile):
      "\(file): is missing; get it again with resshift models import FILE --force"
    case .changed(let file, .download(let model)):
      "\(file): was changed after it was installed; get it again with resshift models download \(model) --force"
    case .changed(let file, .importFile):
      "\(file): was changed after it was installed; get it again with resshift models import FILE --force"
    case .unreadableAfterWriting(let file): "\(file): cannot be read right after it was written"
    case .partOfTheSystem(let model): "\(model) belongs to the system's installation and stays"
    case .putThereByHand(let model, let folder):
      "\(model) did not come by download or import and stays; if you do not want it, remove \(folder)"

    case .noFolder(let model): "\(model): there is no folder for its files; set RESSHIFT_MODELS to one"
    case .system(.read, let path, let reason): "\(path): cannot read: \(reason)"
    case .system(.write, let path, let reason): "\(path): cannot write: \(reason)"
    case .system(.remove, let path, let reason): "\(path): cannot remove: \(reason)"
    case .system(.makeFolder, let path, let reason): "\(path): cannot make this folder: \(reason)"
    case .stopped: "Stopped; the same download goes on from here."
    }
  }
}
