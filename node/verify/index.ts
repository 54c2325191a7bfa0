export {
  type FolderVerification,
  type VerifyFolderCollaborators,
  type VerifyFolderOptions,
  verifyFolder,
} from './verify-folder.ts';
