export {
  type FolderVerification,
  verifyFolder,
} from './verify-folder.ts';
